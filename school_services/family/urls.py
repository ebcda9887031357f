from django.urls import path

from . import views

app_name = "family"

urlpatterns = [
    path("", views.home, name="home"),
    path("<int:unit>/<int:student>/", views.child, name="child"),
    path("<int:unit>/<int:student>/dong-y/", views.consent, name="consent"),
    path("<int:unit>/<int:student>/tai-ve/", views.export, name="export"),
]
