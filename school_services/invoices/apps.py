from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "school_services.invoices"
    label = "invoices"
