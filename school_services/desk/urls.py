from django.urls import include, path

from . import (
    attendance_views,
    camera_views,
    class_views,
    device_views,
    marks_views,
    message_views,
    office_views,
    sheet_views,
    views,
)

app_name = "desk"

_GRID = "lop/<int:group>/mon/<int:subject>/hoc-ki/<int:term>/"

urlpatterns = [
    path("", views.home, name="home"),
    path(_GRID, marks_views.grid, name="grid"),
    path(f"{_GRID}luu/", marks_views.save, name="save"),
    path(f"{_GRID}viec/", marks_views.act, name="act"),
    path("xin-sua/<int:column>/<int:student>/", marks_views.ask, name="ask"),
    path("lich-su/<int:column>/<int:student>/", marks_views.history, name="history"),
    path(f"{_GRID}tep/", sheet_views.download, name="sheet"),
    path(f"{_GRID}nop-tep/", sheet_views.upload, name="sheet_upload"),
    path("bang-diem/<int:pk>/", sheet_views.batch, name="sheet_batch"),
    path("lop/<int:group>/chu-nhiem/<int:term>/", class_views.homeroom, name="homeroom"),
    path("lop/<int:group>/danh-gia/<str:topic>/<int:period>/", class_views.remark, name="remark"),
    path("lop/<int:group>/tong-ket/", class_views.year, name="year"),
    path("nhan-xet-mau/", class_views.phrase, name="phrase"),
    path("de-nghi/", marks_views.requests, name="requests"),
    path("de-nghi/<int:pk>/", marks_views.decide, name="decide"),
    path("thu-chi/", include(("school_services.desk.money_urls", "money"))),
    path("diem-danh/", attendance_views.classes, name="attendance"),
    path("diem-danh/lop/<int:group>/<str:day>/<str:session>/", attendance_views.register, name="register"),
    path("diem-danh/khoa/<str:day>/", attendance_views.close, name="close_day"),
    path("don-nghi/<int:pk>/", attendance_views.decide, name="leave"),
    path("camera/", camera_views.cameras, name="cameras"),
    path("camera/moi/", camera_views.add, name="camera_new"),
    path("camera/<int:pk>/", camera_views.act, name="camera"),
    path("camera/<int:pk>/nhat-ki/", camera_views.log, name="camera_log"),
    path("may-diem-danh/", device_views.terminals, name="devices"),
    path("may-diem-danh/<int:pk>/", device_views.act, name="device"),
    path("may-diem-danh/so/", device_views.give, name="badges"),
    path("suat-an/", attendance_views.meals, name="meals"),
    path("diem-danh/bao-tin/", attendance_views.notices, name="notices"),
    path("tin-nhan/", message_views.listed, name="messages"),
    path("trao-doi/", message_views.threads_of_class, name="threads"),
    path("trao-doi/<int:student>/", message_views.thread, name="thread"),
    path("tin-nhan/moi/", message_views.write, name="message_new"),
    path("tin-nhan/<int:pk>/", message_views.show, name="message"),
    path("hoc-sinh/", office_views.students, name="students"),
    path("nhap-hoc-sinh/", office_views.import_file, name="import"),
    path("nhap-hoc-sinh/<int:pk>/", office_views.import_batch, name="import_batch"),
    path("lop/<int:group>/ma-lien-ket/", office_views.link_codes, name="link_codes"),
]
