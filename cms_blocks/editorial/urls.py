from django.urls import path

from . import admin_views

app_name = "editorial"

urlpatterns = [
    path("huong-dan/", admin_views.Help.as_view(), name="help"),
    path("thung-rac/", admin_views.Trash.as_view(), name="trash"),
    path("ra-soat/", admin_views.Reviews.as_view(), name="reviews"),
    path("ra-soat/<int:pk>/", admin_views.Review.as_view(), name="review"),
    path("chat-luong/", admin_views.Findings.as_view(), name="findings"),
    path("chat-luong/cac-cong/", admin_views.Sector.as_view(), name="sector"),
]
