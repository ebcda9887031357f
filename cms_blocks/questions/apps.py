from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "cms_blocks.questions"
    label = "questions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from search import sources

        from .searching import AnswerSource

        sources.register("answer", AnswerSource())
