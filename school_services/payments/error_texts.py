"""What the money services' errors say: what happened and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError

TEXTS = {
    "nothing_owed": gettext_lazy("Nothing is owed of this bill any more."),
    "provider_down": gettext_lazy("The payment provider does not answer. Nothing was taken. Choose another way to pay."),  # noqa: E501
    "amount": gettext_lazy("Write the amount in whole đồng, for example 450.000."),
    "price": gettext_lazy("A price is a whole number of đồng, for example 35.000."),
    "days": gettext_lazy("Days are a whole number from 0 to 31."),
    "reason_missing": gettext_lazy("Write the reason: it stays in the books."),
    "day_closed": gettext_lazy("This day is closed. Take the money tomorrow, or by bank transfer."),
    "day": gettext_lazy("Choose today or an earlier day."),
    "note_missing": gettext_lazy("The counted cash differs from the books: write why."),
    "round_code": gettext_lazy("A round needs a code, a title and up to 31 school days."),
    "round_due": gettext_lazy("The last day to pay is today or later."),
    "round_exists": gettext_lazy("A round with this code is there already. Choose another code, for example 2026-12."),
    "round_issued": gettext_lazy("This round has been issued. Corrections are made student by student."),
    "round_empty": gettext_lazy("Nothing would be charged: no student is enrolled, or every price is 0."),
    "round": gettext_lazy("This round is not there any more."),
    "fee_kind": gettext_lazy("A charge needs a code, a name and its kind."),
    "legal_basis": gettext_lazy("Write the resolution, decision or minutes that allow this charge."),
    "basis_used": gettext_lazy("Bills carry this charge already: its kind cannot change. Make a new charge."),
    "more_than_credit": gettext_lazy("The family has less money at the school than that."),
    "more_than_paid": gettext_lazy("Less than that was paid in this payment."),
    "refund_way": gettext_lazy("This way of paying back is not possible for this payment. Choose cash or bank transfer."),  # noqa: E501
    "decided": gettext_lazy("This request has been decided already."),
    "own_money_request": gettext_lazy("Nobody approves a request of his own. Another principal decides."),
    "write_off_open": gettext_lazy("A write-off of this bill waits for the principal already."),
    "assigned": gettext_lazy("This money has been assigned already."),
    "bill": gettext_lazy("There is no bill with this code at your school. Check the code: HP, two letters, eight digits."),  # noqa: E501
    "event": gettext_lazy("This money is not waiting any more."),
    "statement_known": gettext_lazy("This very file was imported before. Nothing was booked."),
    "statement_too_large": gettext_lazy("The file is larger than 10 MB. Split it by weeks."),
    "statement_too_long": gettext_lazy("The file has more than 50.000 lines. Split it by weeks."),
    "statement_empty": gettext_lazy("The file has no line of money."),
    "statement_encoding": gettext_lazy("The file's letters cannot be read. Save it as CSV UTF-8."),
    "statement_format": gettext_lazy("This is no statement that we know. Send CSV, MT940 or camt.053."),
    "statement_columns": gettext_lazy("The columns for date, amount and content were not found in the first 40 lines."),
    "bill_not_paid": gettext_lazy("An invoice is made when the bill is paid."),
    "no_issuer": gettext_lazy("The school's data for invoices are missing. Fill in the page “Who issues invoices”."),
    "no_key": gettext_lazy("The school's signing key is missing. Add it on the page “Who issues invoices”."),
    "key": gettext_lazy("The signing key cannot be used: wrong password, out of date, or of another tax code."),
    "date_backwards": gettext_lazy("An invoice with a later date exists: numbers go with the days."),
    "form_not_allowed": gettext_lazy("This invoice is corrected in the same form as the first time."),
    "relief_end": gettext_lazy("The last day comes before the first day. Correct one of them."),
    "relief": gettext_lazy("A reduction needs a decision, and per cent or an amount."),
    "refund_unpaid": gettext_lazy("This bill is not paid in full yet. Write off what is too much instead."),
    "more_than_charged": gettext_lazy("For this charge less was paid than that, or a part has been paid back already."),
    "provider": gettext_lazy("Choose the provider: VNPAY, VNPT Money, MoMo or Stripe."),
    "provider_columns": gettext_lazy("The columns for the order and the amount were not found in the first 20 lines."),
    "merchant": gettext_lazy("Check the bank's number (BIN, six digits) and the account number."),
    "merchant_url": gettext_lazy("This is no address of VNPAY, VNPT or MoMo. It begins with https:// and ends in their domain."),  # noqa: E501
    "merchant_incomplete": gettext_lazy("Every field of this provider is needed, the secrets too. Or take it out of use."),  # noqa: E501
    "tax_code": gettext_lazy("A tax code does not fit its check digit. Write the ten digits of it again."),
    "issuer": gettext_lazy("The school's name and address stand on every invoice: write both."),
    "serial": gettext_lazy("The symbol of the invoices is not one of this year. Check template and letters."),
    "key_owner": gettext_lazy("This key belongs to another tax code than the school's."),
    "differences": gettext_lazy("An adjusting invoice needs the differences, an amount each."),
}  # fmt: skip


def of_error(error: DomainError) -> str:
    """The text of an error of the money services."""
    if error.code == "statement_amount" and error.data.get("line"):
        return _("Line %(line)d: the amount is no whole number of đồng. Nothing was booked.") % error.data
    if error.code == "statement_date":
        return _("Line %(line)d: the date is not readable. Nothing was booked.") % error.data
    if error.code == "invoice_malformed":
        return _("The invoice breaks a rule of the tax authority: %(problems)s.") % error.data
    if error.code in TEXTS:
        return str(TEXTS[error.code])
    if error.status == 404:
        return _("It is not there, or it is not yours to see.")
    return _("This could not be done. Please try again.")
