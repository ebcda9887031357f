"""Who belongs to a portal, and with which groups and permissions. A portal app: these tables live in each schema.

One account serves the whole sector; what it may do in a portal's administration is said by that portal alone. The
account model reaches these tables as the `through` of `groups` and `user_permissions`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class GroupMembership(models.Model):
    """The account is in this group of this portal."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    group = models.ForeignKey("auth.Group", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="members_group_once")]


class PermissionGrant(models.Model):
    """The account has this permission in this portal, besides those of its groups."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    permission = models.ForeignKey("auth.Permission", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "permission"], name="members_permission_once")]
