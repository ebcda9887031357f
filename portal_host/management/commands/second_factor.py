from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from school_services.identity import second_factor, totp
from school_services.identity.models import SecondFactor
from school_services.identity.rules import normalise_login
from school_services.identity.selectors import find_account
from tenants import context


class Command(BaseCommand):
    help = "Take the second step off an account (its owner has come in person); in the demo, show its code of now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["remove", "code"])
        parser.add_argument("login")

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform():
            user = find_account(normalise_login(options["login"]))
            if user is None:
                raise CommandError("there is no account of this name")
            if options["action"] == "remove":
                removed = second_factor.remove(user_id=user.pk)
                self.stdout.write("removed; the next visit to the editor asks for a new one" if removed else "none set")
                return
            if settings.ENVIRONMENT.mode == "production":
                raise CommandError("codes are shown in the demo alone")
            found = SecondFactor.objects.filter(user=user).first()
            if found is None:
                raise CommandError("this account has no second step")
            secret = second_factor.unseal(bytes(found.sealed), user.pk)
            self.stdout.write(totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS))
