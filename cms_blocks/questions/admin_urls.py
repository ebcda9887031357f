from django.urls import path

from . import admin_views

app_name = "questions_admin"

urlpatterns = [
    path("", admin_views.Queue.as_view(), name="queue"),
    path("<int:pk>/", admin_views.Detail.as_view(), name="question"),
]
