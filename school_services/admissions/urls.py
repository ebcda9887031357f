from django.urls import path

from . import class_views, family_views, fee_views, office_views, plan_views, public_views

app_name = "admissions"

urlpatterns = [
    path("", public_views.index, name="index"),
    path("theo-doi/", public_views.track, name="track"),
    path("tinh-trang/", public_views.status, name="status"),
    path("ho-so/", family_views.mine, name="mine"),
    path("ho-so/moi/<slug:slug>/", family_views.start, name="start"),
    path("ho-so/nop/<slug:slug>/<uuid:token>/", family_views.form, name="form"),
    path("ho-so/<int:pk>/", family_views.application, name="application"),
    path("ho-so/<int:pk>/viec/", family_views.act, name="act"),
    path("ho-so/<int:pk>/le-phi/", fee_views.fee, name="fee"),
    path("ho-so/<int:pk>/le-phi.svg", fee_views.fee_code, name="fee_code"),
    path("ho-so/<int:pk>/le-phi/trang-thai/", fee_views.fee_state, name="fee_state"),
    path("ho-so/<int:pk>/giay-to/", family_views.add_document, name="add_document"),
    path("ho-so/<int:pk>/bien-nhan/", family_views.receipt, name="receipt"),
    path("ho-so/<int:pk>/bien-nhan.svg", family_views.receipt_code, name="receipt_code"),
    path("ho-so/giay-to/<int:pk>/", family_views.document, name="document"),
    path("ho-so/giay-to/<int:pk>/xoa/", family_views.remove_document, name="remove_document"),
    path("truong/<slug:slug>/", class_views.send, name="class"),
    path("ban/", office_views.home, name="office"),
    path("ban/moi/", plan_views.new, name="office_new"),
    path("ban/<int:pk>/", office_views.season, name="office_season"),
    path("ban/<int:pk>/viec/", office_views.act, name="office_act"),
    path("ban/<int:pk>/thong-so/", plan_views.settings, name="office_settings"),
    path("ban/<int:pk>/diem-chuan/", plan_views.cutoffs, name="office_cutoffs"),
    path("ban/<int:pk>/ho-so/", office_views.applications, name="office_applications"),
    path("ban/<int:pk>/phong-thi/", office_views.rooms, name="office_rooms"),
    path("ban/<int:pk>/so-sanh/", office_views.compare, name="office_compare"),
    path("ban/<int:pk>/diem/<slug:paper>/<int:entry>/", office_views.entry, name="office_entry"),
    path("ban/ho-so/<int:pk>/", office_views.application, name="office_application"),
    path("ban/giay-to/<int:pk>/", office_views.document, name="office_document"),
    path("<slug:slug>/", public_views.season, name="season"),
    path("<slug:slug>/ket-qua/", public_views.lookup, name="lookup"),
]
