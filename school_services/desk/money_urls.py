"""The accountant's addresses, below /truong/thu-chi/."""

from django.urls import path

from . import books_views, cash_views, invoice_views, money_settings_views, money_views, relief_views

urlpatterns = [
    path("", money_views.home, name="home"),
    path("dot-moi/", money_views.new_round, name="new_round"),
    path("dot/<int:pk>/", money_views.show_round, name="round"),
    path("con-no/", money_views.debts, name="debts"),
    path("con-no.xlsx", money_views.debts_file, name="debts_file"),
    path("khoan-thu/", money_views.kinds, name="kinds"),
    path("thu-tien/", cash_views.find, name="find"),
    path("hoc-sinh/<int:pk>/", cash_views.account, name="account"),
    path("bien-lai/<int:pk>.pdf", cash_views.receipt, name="receipt"),
    path("duyet/", cash_views.requests, name="requests"),
    path("duyet/<slug:what>/<int:pk>/", cash_views.decide, name="decide"),
    path("doi-soat/", books_views.reconcile, name="reconcile"),
    path("doi-soat/<int:pk>/", books_views.assign, name="assign"),
    path("ngay/", books_views.day, name="day"),
    path("doi-soat/nha-cung-cap/", books_views.provider_day, name="provider_day"),
    path("doi-soat/nha-cung-cap/<int:pk>/", books_views.resolve, name="resolve"),
    path("hoa-don/", invoice_views.invoices, name="invoices"),
    path("hoa-don/<int:pk>/", invoice_views.invoice, name="invoice"),
    path("mien-giam/", relief_views.reliefs, name="reliefs"),
    path("hoc-sinh/<int:pk>/mien-giam/", relief_views.relief, name="relief"),
    path("dot/<int:pk>/ngay/", relief_views.days, name="days"),
    path("dot/<int:pk>/gia-lop/", relief_views.class_price, name="class_price"),
    path("cong-thanh-toan/", money_settings_views.providers, name="providers"),
    path("cong-thanh-toan/<slug:slug>/", money_settings_views.provider, name="provider"),
    path("don-vi-phat-hanh/", money_settings_views.issuer, name="issuer"),
]
