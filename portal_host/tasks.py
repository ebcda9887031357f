"""Periodic work of the platform: scheduled publishing in every portal, tidying."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from cms_blocks.duty.counting import count as count_duty
from cms_blocks.editorial.tasks import nightly as editorial_nightly
from cms_blocks.forms.tasks import erase_due as erase_due_submissions
from cms_blocks.media.quota import count_space
from cms_blocks.media.tasks import purge_kept
from cms_blocks.questions.tasks import erase_due as erase_due_questions
from school_services.admissions import retention as admissions_retention
from school_services.identity.services import forget_old_failures
from school_services.messaging import dispatch as messaging
from school_services.messaging.tasks import dispatch as carry_messages
from school_services.payments.selectors import units_with_pending
from school_services.payments.tasks import follow_up
from search import tasks as search_tasks
from tenants import context, hosts, tasks


@tasks.task("portal_host.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and expire what is due in one portal (Wagtail's own command, inside the portal)."""
    call_command("publish_scheduled", verbosity=0)


@tasks.task("portal_host.rebuild_indexes")
def rebuild_indexes() -> None:
    """References and Wagtail's search index of one portal, anew: after bulk work."""
    call_command("rebuild_references_index", verbosity=0)
    call_command("rebuild_modelsearch_index", verbosity=0)


def portals_with_due_pages() -> list[context.PortalRef]:
    """Portals that have something to publish or expire now: one query for the whole fleet."""
    refs = [ref for ref in hosts.all_portals() if ref.state == "active"]
    if not refs:
        return []
    quote = connection.ops.quote_name
    parts = [
        f"select '{ref.schema}' where exists (select 1 from {quote(ref.schema)}.wagtailcore_revision"
        f" where approved_go_live_at <= now()) or exists (select 1 from {quote(ref.schema)}.wagtailcore_page"
        " where live and expire_at <= now())"
        for ref in refs
    ]
    with context.platform(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts))
        due = {row[0] for row in cursor.fetchall()}
    return [ref for ref in refs if ref.schema in due]


@app.periodic(cron="* * * * *")
@app.task(name="portal_host.every_minute", queueing_lock="every_minute", pass_context=False)
def every_minute(timestamp: int) -> None:
    for ref in portals_with_due_pages():
        with context.enter(ref):
            tasks.defer(publish_scheduled)
    with context.platform():
        search_tasks.feed_waiting()
    wake_messages()


def wake_messages() -> None:
    """Messages whose hour has come: two questions for the whole fleet, then a task for each school."""
    refs = {ref.unit_id: ref for ref in hosts.all_portals() if ref.state == "active"}
    with context.platform(), context.scope(refs):
        due = messaging.units_with_due(timezone.now())
    for unit_id in due:
        with context.enter(refs[unit_id]), context.scope((unit_id,)):
            tasks.defer(carry_messages, queueing_lock=f"messaging.{unit_id}")


@app.periodic(cron="*/5 * * * *")
@app.task(name="portal_host.ask_providers", queueing_lock="ask_providers", pass_context=False)
def ask_providers(timestamp: int) -> None:
    """Payments without a word for 15 minutes: one question for the whole fleet, then a task for each school."""
    refs = {ref.unit_id: ref for ref in hosts.all_portals() if ref.state == "active"}
    with context.platform(), context.scope(refs):
        waiting = units_with_pending()
    for unit_id in waiting:
        with context.enter(refs[unit_id]), context.scope((unit_id,)):
            tasks.defer(follow_up, queueing_lock="payments.follow_up")


@app.periodic(cron="17 * * * *")
@app.task(name="portal_host.every_hour", queueing_lock="every_hour", pass_context=False)
def every_hour(timestamp: int) -> None:
    with context.platform():
        forget_old_failures()


@app.periodic(cron="41 2 * * *")
@app.task(name="portal_host.every_night", queueing_lock="every_night", pass_context=False)
def every_night(timestamp: int) -> None:
    with context.platform():
        call_command("clearsessions", verbosity=0)
        search_tasks.tidy()
    refs = {ref.unit_id: ref for ref in hosts.all_portals()}
    with context.platform(), context.scope(refs):
        ended = admissions_retention.units_due()
    for unit_id in ended:
        with context.enter(refs[unit_id]), context.scope((unit_id,)):
            tasks.defer(admissions_retention.erase, queueing_lock="admissions.erase")
    for ref in hosts.all_portals():
        if ref.state == "active":
            with context.enter(ref):
                tasks.defer(search_tasks.rebuild, queueing_lock="search.rebuild")
                tasks.defer(editorial_nightly, queueing_lock="editorial.nightly")
                tasks.defer(erase_due_questions, queueing_lock="questions.erase")
                tasks.defer(erase_due_submissions, queueing_lock="forms.erase")
                tasks.defer(purge_kept, queueing_lock="media.purge_kept")
                tasks.defer(count_space, queueing_lock="media.count_space")
                tasks.defer(count_duty, queueing_lock="duty.count")  # yearly items grow old by themselves
