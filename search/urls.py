"""The search page of a portal and what its input asks while somebody types."""

from django.urls import path

from . import views

app_name = "search"

urlpatterns = [
    path("", views.page, name="page"),
    path("goi-y/", views.suggestions, name="suggestions"),
]
