"""Blocks about money: the public fee list, paying, and one's receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks.together import ReadTogetherBlock
from school_services.errors import NotFound
from school_services.fees import selectors as fees
from school_services.fees.services import FEE_TAG
from school_services.identity.actor import Actor
from school_services.invoices import selectors as invoices
from school_services.payments.selectors import family_context
from school_services.rosters import selectors as rosters
from tenants import cache_tags, context
from tenants.context import PortalRef

from . import groups
from .service import ServiceBlock


def _listed() -> dict[str, Any]:
    """The school's charges of this year, for everybody; the page is dropped when the list changes."""
    portal = context.current_portal()
    cache_tags.tag(FEE_TAG)
    try:
        year = rosters.current_year()
    except NotFound:
        return {"fees": [], "year": ""}
    return {"fees": fees.fee_list(portal.unit_id, year) if portal else [], "year": year.code}


class FeeListBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Các khoản thu trong năm học")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        required=False,
        default="Nhà trường chỉ thu những khoản dưới đây, mỗi khoản có căn cứ kèm theo.",
    )

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        listed = _listed()
        return [listed for _value in values]

    class Meta:
        icon = "list-ul"
        group = groups.TABLES
        label = _("Fee list")
        description = _("What the school charges this year and why it may, for everybody.")
        template = "cms_blocks/services/fee_list.html"
        preview_value = {"heading": "Các khoản thu trong năm học", "explanation": "Mỗi khoản có căn cứ kèm theo."}


class PayBlock(ServiceBlock):
    slug = "pay"
    fragment_template = "cms_blocks/services/pay_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Nộp các khoản thu")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem phiếu thu của con và nộp bằng mã QR, ví hoặc thẻ. Nhà trường không thu thêm phí.",  # noqa: E501
    )
    show_fees = blocks.BooleanBlock(label=_("Show the fee list to visitors"), required=False, default=True)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        found = super().get_context(value, parent_context=parent_context)
        return {**found, **_listed()} if value.get("show_fees") else found

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        units = (portal.unit_id,) if portal.kind == "school" else None
        return family_context(actor, units)

    class Meta:
        icon = "tick-inverse"
        label = _("Pay school fees")
        description = _("Visitors see the fee list; parents see their bills and pay.")
        template = "cms_blocks/services/pay.html"
        preview_value = {
            "heading": "Nộp các khoản thu",
            "explanation": "Phụ huynh đăng nhập để xem phiếu thu của con và nộp bằng mã QR.",
            "show_fees": False,
        }


class MyInvoicesBlock(ServiceBlock):
    slug = "my-invoices"
    fragment_template = "cms_blocks/services/my_invoices_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Biên lai và hóa đơn của tôi")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Mỗi lần nộp tiền có một biên lai; hóa đơn điện tử có ở đây sau khi nhà trường phát hành.",
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        units = (portal.unit_id,) if portal.kind == "school" else None
        receipts, issued = invoices.family_documents(actor, unit_ids=units)
        return {"receipts": receipts, "invoices": issued}

    class Meta:
        icon = "doc-full"
        label = _("My receipts and invoices")
        description = _("Parents open the receipts and e-invoices of their children.")
        template = "cms_blocks/services/my_invoices.html"
        preview_value = {"heading": "Biên lai và hóa đơn của tôi", "explanation": "Mỗi lần nộp tiền có một biên lai."}


BLOCKS: dict[str, type[ServiceBlock]] = {"pay": PayBlock, "my_invoices": MyInvoicesBlock}
