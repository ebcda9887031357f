from django.urls import path

from . import direct_views, views

app_name = "media_files"

urlpatterns = [
    path("", views.overview, name="kept"),
    path("<int:pk>/khoi-phuc/", views.restore, name="restore"),
    path("<int:pk>/xoa/", views.discard, name="discard"),
    path("<int:pk>/anh/", views.preview, name="preview"),
    path("tep-lon/", direct_views.send, name="large"),
    path("tep-lon/ten/", direct_views.name, name="large_name"),
]
