from __future__ import annotations

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants import context, hosts
from tenants.tasks import task

from .models import KEPT_UNSENT, Form, Submission, SubmissionFile


@task("forms.send_notice")
def send_notice(form_id: int) -> None:
    """A letter to the form's address: something came in. What it says stays in the portal."""
    form = Form.objects.filter(pk=form_id).exclude(notify="").first()
    if form is None:
        return
    portal = context.require_portal()
    values = {
        "form": form,
        "portal": portal.name,
        "link": hosts.origin(portal) + reverse("forms_admin:submissions", args=[form.pk]),
    }
    with translation.override("vi"):
        subject, _, body = render_to_string("forms/mail_notice.txt", values).strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", None, [form.notify])


@task("forms.erase_due")
def erase_due() -> None:
    """Erase submissions whose time is over, and files whose form was never sent."""
    Submission.objects.filter(erase_after__lt=timezone.localdate()).delete()
    SubmissionFile.objects.filter(submission=None, at__lt=timezone.now() - KEPT_UNSENT).delete()
