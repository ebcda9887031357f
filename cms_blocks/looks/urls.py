from django.urls import path

from . import views

app_name = "looks"

urlpatterns = [
    path("", views.edit, name="edit"),
    path("kiem/", views.judge, name="judge"),
    path("xem/", views.preview, name="preview"),
]
