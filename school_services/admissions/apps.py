from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "school_services.admissions"
    label = "admissions"

    def ready(self) -> None:
        from school_services.payments import outside

        from .season_fees import LETTER, SeasonFees

        outside.register(LETTER, SeasonFees())
