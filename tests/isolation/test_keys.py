"""Caches, files, tokens, sessions, tasks: every key carries the portal, and raises without one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from school_services.errors import NotFound
from tenants import context, isolation, tasks

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("alias", ["default", "renditions"])
def test_cache_keys(alias: str, alpha: Any, beta: Any) -> None:
    cache = caches[alias]
    with context.enter(alpha):
        cache.set("x", "alpha")
    with context.enter(beta):
        assert cache.get("x") is None
    with pytest.raises(context.NoPortal):
        cache.get("x")


def test_every_cache_has_the_key_function(settings: Any) -> None:
    assert all(c["KEY_FUNCTION"] == "tenants.isolation.make_key" for c in settings.CACHES.values())


def test_files(alpha: Any, beta: Any) -> None:
    with context.enter(alpha):
        name = default_storage.save("thu.txt", ContentFile(b"alpha"))
        assert not name.startswith("t/")
        assert alpha.uid in default_storage.path(name)
    with context.enter(beta):
        assert not default_storage.exists(name)
        default_storage.delete(name)
    with context.enter(alpha):
        assert default_storage.open(name).read() == b"alpha"
        default_storage.delete(name)
    with pytest.raises(context.NoPortal):
        default_storage.exists(name)


def test_s3_location_follows_the_portal(alpha: Any) -> None:
    from tenants.storage import PortalS3Storage

    storage = PortalS3Storage(bucket_name="x", access_key="a", secret_key="b", region_name="vn")
    with context.enter(alpha):
        assert storage.location == f"t/{alpha.uid}"
    with pytest.raises(context.NoPortal):
        _ = storage.location


def test_tokens(alpha: Any, beta: Any) -> None:
    with context.enter(alpha):
        token = isolation.sign("x", salt="s")
        assert isolation.unsign(token, salt="s", max_age=10) == "x"
    with context.enter(beta), pytest.raises(signing.BadSignature):
        isolation.unsign(token, salt="s", max_age=10)
    with pytest.raises(context.NoPortal):
        isolation.sign("x", salt="s")


def test_locks_and_tags(alpha: Any, beta: Any) -> None:
    values = []
    for ref in (alpha, beta):
        with context.enter(ref):
            values.append((isolation.lock_id("x"), isolation.cache_tag("x")))
    assert values[0][0] != values[1][0]
    assert values[0][1] != values[1][1]


def test_reset_token_of_another_portal(alpha: Any, beta: Any) -> None:
    from school_services.identity.models import User
    from school_services.identity.tokens import reset_tokens

    with context.enter(alpha):
        user = User.objects.get(username="web.alpha@example.vn")
        token = reset_tokens.make_token(user)
        assert reset_tokens.check_token(user, token)
    with context.enter(beta):
        assert not reset_tokens.check_token(User.objects.get(pk=user.pk), token)


def test_session_of_another_portal_opens_nothing(visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    assert client.get("/tai-khoan/").status_code == 200
    stolen = client.cookies["phien"].value
    assert not client.cookies["phien"]["domain"]
    other = visit("beta")
    other.cookies["phien"] = stolen
    assert other.get("/tai-khoan/").status_code == 302
    operator = visit("quantri")
    operator.cookies["phien"] = stolen
    assert operator.get("/").status_code == 302
    assert client.get("/tai-khoan/").status_code == 200, "the attempt must not end the real session"


def test_handoff_is_single_use_and_for_its_target(alpha: Any, beta: Any) -> None:
    from school_services.identity import services
    from school_services.identity.models import User

    with context.enter(alpha):
        user = User.objects.get(username="84912000001")
        token = services.start_handoff(user=user, target=beta)
        with pytest.raises(NotFound):
            services.redeem_handoff(token=token)
    with context.enter(beta):
        assert services.peek_handoff(token=token) == user.full_name
        assert services.redeem_handoff(token=token) == user
        with pytest.raises(NotFound):
            services.redeem_handoff(token=token)


def test_permissions_do_not_follow_the_account(alpha: Any, beta: Any) -> None:
    from school_services.identity.models import User

    with context.enter(alpha):
        user = User.objects.get(username="web.alpha@example.vn")
        assert user.has_perm("wagtailadmin.access_admin")
    with context.enter(beta):
        assert not user.has_perm("wagtailadmin.access_admin")
    with context.enter(alpha):
        assert user.has_perm("wagtailadmin.access_admin")


def test_task_envelope(alpha: Any, beta: Any) -> None:
    from django.db import connection

    from portal_host.tasks import publish_scheduled

    with pytest.raises(context.NoPortal):
        tasks.defer(publish_scheduled)
    with context.enter(alpha), context.scope((alpha.unit_id,), user=7):
        tasks.defer(publish_scheduled)
        with connection.cursor() as cursor:
            cursor.execute("select args from procrastinate_jobs order by id desc limit 1")
            carried = json.loads(cursor.fetchone()[0])["envelope"]
    assert carried == {"portal": alpha.uid, "units": [alpha.unit_id], "user": 7}
    with tasks.open_envelope(carried):
        assert context.require_portal().uid == alpha.uid
        assert context.current_units() == (alpha.unit_id,)
    for odd in ({}, {"portal": "f" * 32}, {"portal": None}):
        with pytest.raises(tasks.TaskRefused):
            tasks.open_envelope(odd)


def test_library_tasks_carry_the_portal(alpha: Any, jobs: Any) -> None:
    """Wagtail's own tasks (here: the reference index) run in the portal that caused them."""
    from wagtail.models import Page, ReferenceIndex

    with context.enter(alpha):
        page = Page.objects.get(slug="bai").specific
        ReferenceIndex.objects.all().delete()
        page.save()
        assert not ReferenceIndex.get_references_for_object(page).exists()
    assert jobs() > 0
    with context.enter(alpha):
        assert ReferenceIndex.get_references_for_object(page).exists()


def test_nobody_clears_a_whole_cache_or_uses_threads_of_django_tenants() -> None:
    """`cache.clear()` is FLUSHDB for every portal; tenant_context and schema_context move a connection, not the place."""
    banned = re.compile(r"cache\.clear\(\)|caches\[[^]]+\]\.clear\(\)|tenant_context|schema_context|\bset_tenant\(")
    for package in ("tenants", "school_services", "cms_blocks", "themes", "search", "portal_host"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name == "base.py" and path.parent.name == "db":
                continue
            assert not banned.search(path.read_text(encoding="utf-8")), path
