from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "school_services.payments"
    label = "payments"
