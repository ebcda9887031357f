from django.urls import path

from . import views

app_name = "pay"

urlpatterns = [
    path("thanh-toan/", views.home, name="home"),
    path("thanh-toan/bat-dau/", views.start, name="start"),
    path("thanh-toan/<uuid:pk>/", views.show, name="show"),
    path("thanh-toan/<uuid:pk>/ma.svg", views.code, name="code"),
    path("thanh-toan/<uuid:pk>/trang-thai/", views.state, name="state"),
    path("thanh-toan/<uuid:pk>/ve/", views.back, name="back"),
    path("thanh-toan/chung-tu/", views.documents, name="documents"),
    path("thanh-toan/bien-lai/<int:unit>/<int:pk>.pdf", views.receipt, name="receipt"),
    path("thanh-toan/hoa-don/<int:unit>/<int:pk>.xml", views.invoice, name="invoice"),
    path("thanh-toan/kiem-tra/", views.check, name="check"),
    path("_bao/<slug:provider>/", views.notice, name="notice"),
]
