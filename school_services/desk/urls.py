from django.urls import include, path

from . import marks_views, office_views, views

app_name = "desk"

_GRID = "lop/<int:group>/mon/<int:subject>/hoc-ki/<int:term>/"

urlpatterns = [
    path("", views.home, name="home"),
    path(_GRID, marks_views.grid, name="grid"),
    path(f"{_GRID}luu/", marks_views.save, name="save"),
    path(f"{_GRID}viec/", marks_views.act, name="act"),
    path("xin-sua/<int:column>/<int:student>/", marks_views.ask, name="ask"),
    path("de-nghi/", marks_views.requests, name="requests"),
    path("de-nghi/<int:pk>/", marks_views.decide, name="decide"),
    path("thu-chi/", include(("school_services.desk.money_urls", "money"))),
    path("hoc-sinh/", office_views.students, name="students"),
    path("nhap-hoc-sinh/", office_views.import_file, name="import"),
    path("nhap-hoc-sinh/<int:pk>/", office_views.import_batch, name="import_batch"),
    path("lop/<int:group>/ma-lien-ket/", office_views.link_codes, name="link_codes"),
]
