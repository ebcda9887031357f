from django.urls import path

from school_services.rosters.views import link_child

from . import passkey_views, second_factor_views, views

app_name = "account"

urlpatterns = [
    path("", views.home, name="home"),
    path("dang-nhap/", views.log_in, name="login"),
    path("dang-xuat/", views.log_out, name="logout"),
    path("mat-khau/", views.change_password, name="password"),
    path("xac-thuc/", second_factor_views.challenge, name="second_factor"),
    path("xac-thuc/cai-dat/", second_factor_views.set_up, name="second_factor_setup"),
    path("xac-thuc/ma-du-phong/", second_factor_views.renew, name="second_factor_renew"),
    path("xac-thuc/khoa/", passkey_views.keys, name="passkeys"),
    path("lien-ket/", link_child, name="link"),
    path("chuyen/", views.hand_off, name="handoff"),
    path("nhan/", views.receive, name="receive"),
    path("quen-mat-khau/", views.PasswordReset.as_view(), name="reset"),
    path("quen-mat-khau/da-gui/", views.PasswordResetSent.as_view(), name="reset_sent"),
    path("dat-lai/<uidb64>/<token>/", views.PasswordResetConfirm.as_view(), name="reset_confirm"),
]
