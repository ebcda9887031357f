"""Letters of identity, sent by the worker: the answer to a visitor takes as long whether there is a letter or not."""

from __future__ import annotations

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tenants import context, hosts
from tenants.tasks import task

from .models import User
from .tokens import reset_tokens


@task("identity.send_reset_mail")
def send_reset_mail(user_id: int) -> None:
    """A link to choose a new password, to the address of the account; nothing for 0, which stands for nobody."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None:
        return
    path = reverse(
        "account:reset_confirm",
        kwargs={"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": reset_tokens.make_token(user)},
    )
    portal = context.require_portal()
    values = {"name": user.full_name, "portal": portal.name, "link": f"{hosts.origin(portal)}{path}"}
    with translation.override("vi"):
        subject = " ".join(render_to_string("identity/reset_subject.txt", values).split())
        send_mail(subject, render_to_string("identity/reset_mail.txt", values), None, [user.email])
