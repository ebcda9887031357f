from django.urls import path

from . import views

app_name = "questions"

urlpatterns = [
    path("", views.index, name="index"),
    path("gui/", views.ask, name="ask"),
    path("tra-cuu/", views.track, name="track"),
    path("<int:pk>/", views.answer, name="answer"),
]
