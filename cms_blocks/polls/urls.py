from django.urls import path

from . import views

app_name = "polls"

urlpatterns = [
    path("<int:pk>/", views.vote, name="vote"),
    path("<int:pk>/ket-qua/", views.results, name="results"),
]
