from django.urls import path

from . import views

app_name = "forms"

urlpatterns = [
    path("<int:pk>/", views.fill, name="fill"),
    path("<int:pk>/da-gui/", views.sent, name="sent"),
]
