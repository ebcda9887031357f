from django.urls import path

from . import views

app_name = "messaging"

urlpatterns = [
    path("tin-nhan/", views.inbox, name="inbox"),
    path("tin-nhan/<int:pk>/", views.letter, name="letter"),
    path("tin-nhan/trao-doi/<int:unit>/<int:student>/", views.thread, name="thread"),
    path("tin-nhan/cach-nhan/", views.preferences_page, name="preferences"),
    path("tin-nhan/thoi/<str:token>/", views.leave, name="leave"),
    path("_bao-tin/<str:channel>/", views.receipt, name="receipt"),
]
