from django.urls import path

from . import admin_views

app_name = "forms_admin"

urlpatterns = [
    path("<int:pk>/", admin_views.Submissions.as_view(), name="submissions"),
    path("<int:pk>/xuat/<slug:kind>/", admin_views.export, name="export"),
    path("bai/<int:pk>/", admin_views.Detail.as_view(), name="submission"),
    path("tep/<int:pk>/", admin_views.download, name="file"),
]
