from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "school_services.admissions"
    label = "admissions"
