"""The operator's site: portals, their states, and what the queue and database say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from school_services.identity import second_factor, second_factor_views
from school_services.identity.forms import LoginForm
from tenants import fleet
from tenants.models import Domain, Portal


@dataclass(frozen=True, slots=True)
class Figures:
    portals: int
    behind: int
    waiting: int
    failed: int
    database_mb: int


def _figures(portals: list[Any], done: dict[str, Any], goal: Any) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where status = 'todo'), count(*) filter (where status = 'failed'),"
            " pg_database_size(current_database()) / 1048576 from procrastinate_jobs"
        )
        waiting, failed, size = cursor.fetchone()
    behind = sum(1 for portal in portals if goal - done.get(portal.schema_name, set()))
    return Figures(len(portals), behind, waiting, failed, size)


@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Only operators (superusers); everybody else sees the login."""
    if not request.user.is_authenticated or not request.user.is_superuser:
        return redirect("operator_login")
    if not second_factor_views.is_proved(request):
        if second_factor.is_set_up(request.user.pk):
            return redirect("account:second_factor")
        if second_factor.is_due():
            return redirect("account:second_factor_setup")
    portals, done, goal = fleet.pending()
    rows = [
        {
            "portal": portal,
            "host": host,
            "behind": len(goal - done.get(portal.schema_name, set())),
            "state": Portal.State(portal.state).label,
        }
        for portal, host in zip(portals, _hosts(portals), strict=True)
    ]
    return render(request, "portal_host/operator.html", {"rows": rows, "figures": _figures(portals, done, goal)})


def _hosts(portals: list[Any]) -> list[str]:
    primary = dict(Domain.objects.filter(is_primary=True).values_list("tenant_id", "domain"))
    return [primary.get(portal.pk, "") for portal in portals]


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        if form.user.is_superuser:
            start_session(request, form.user)
            return redirect("operator_overview")
        form.add_error(None, "Tài khoản này không phải của người vận hành. (Mã VH-01)")
    return render(request, "portal_host/operator_login.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return redirect("operator_login")
