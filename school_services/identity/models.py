"""Accounts, roles and the audit trail of the sector."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from school_services.names import name_sort_key


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """`username` is the normalised phone or e-mail (rules.normalise_login)."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One account for the whole sector. Groups and permissions are those of the portal one is in.

    `groups` and `user_permissions` go through tables of the portal schema: the same account is editor in one portal
    and nobody in the next.
    """

    platform_table: ClassVar[bool] = True

    username = models.CharField(_("Phone or e-mail"), max_length=150, unique=True)
    email = models.EmailField(_("E-mail"), blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=15, blank=True, default="")
    full_name = models.CharField(_("Full name"), max_length=120)
    sort_key = models.CharField(max_length=600, editable=False, default="", db_index=True)
    is_active = models.BooleanField(_("Active"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    groups = models.ManyToManyField(  # type: ignore[assignment]
        "auth.Group",
        verbose_name=_("Groups"),
        blank=True,
        through="members.GroupMembership",
        related_name="user_set",
        related_query_name="user",
    )
    user_permissions = models.ManyToManyField(  # type: ignore[assignment]
        "auth.Permission",
        verbose_name=_("User permissions"),
        blank=True,
        through="members.PermissionGrant",
        related_name="user_set",
        related_query_name="user",
    )

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="user_email_once"),
            models.UniqueConstraint(fields=["phone"], condition=~Q(phone=""), name="user_phone_once"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = name_sort_key(self.full_name)
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split()[-1] if self.full_name else ""

    @property
    def is_staff(self) -> bool:
        """Django's admin is not part of the platform."""
        return False


class Role(models.Model):
    """What an account is in a unit, from day to day: the source of every permission on records."""

    class Kind(models.TextChoices):
        TEACHER = "teacher", _("Teacher")
        PRINCIPAL = "principal", _("Principal")
        ACCOUNTANT = "accountant", _("Accountant")
        REGISTRAR = "registrar", _("School office")
        OFFICER = "officer", _("Officer of the unit")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind)
    valid_from = models.DateField(default=datetime.date.today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "kind"]), models.Index(fields=["user"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "user", "kind", "valid_from"], name="role_once"),
        ]


class AuditEntry(models.Model):
    """A read or write of a child's record by staff: who, what, when, why, from where. Append-only."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=40, help_text="Kind of record, as app.model")
    subject_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    allowed = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "subject", "subject_id", "-at"])]


class LoginFailure(models.Model):
    """A failed login, by hash of account and of address; kept for an hour."""

    platform_table: ClassVar[bool] = True  # before the login there is no unit

    key = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"])]


class Handoff(models.Model):
    """A single-use permit to continue a session in another portal, good for one minute."""

    platform_table: ClassVar[bool] = True  # it crosses portals by nature; the token itself is signed for its target

    nonce = models.CharField(max_length=43, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    target = models.UUIDField(help_text="uid of the portal that may redeem it")
    expires_at = models.DateTimeField()


class SecondFactor(models.Model):
    """The secret of an authenticator app, sealed; `last_step` keeps a code from working twice."""

    platform_table: ClassVar[bool] = True  # it belongs to the account, as the password does

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)


class RecoveryCode(models.Model):
    """One of ten codes on paper, by its hash; a used one is gone."""

    platform_table: ClassVar[bool] = True  # it belongs to the account, as the password does

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="recovery_code_once")]


class Passkey(models.Model):
    """A key of a phone, computer or stick that proves the second step; only its public half is here."""

    platform_table: ClassVar[bool] = True  # it belongs to the account, as the password does

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    site = models.CharField(max_length=253, help_text="The host, or the domain above it, that the key is bound to")
    name = models.CharField(max_length=60)
    key_id = models.BinaryField(unique=True)
    credential = models.BinaryField()
    count = models.BigIntegerField(default=0, help_text="How often it has signed, as it last said")
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "site"])]
