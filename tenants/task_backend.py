"""django-tasks over our queue, for the tasks of libraries (Wagtail's indexing, deletion of files).

The stock backends carry only a primary key: in a worker that is the wrong row, or another portal's file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import get_random_id

from . import context, tasks

_off: ContextVar[bool] = ContextVar("portal_host_library_tasks_off", default=False)


@contextmanager
def library_tasks_off() -> Iterator[None]:
    """Bulk work: libraries enqueue nothing per row; the caller defers one task for the whole instead."""
    token = _off.set(True)
    try:
        yield
    finally:
        _off.reset(token)


@tasks.task("tenants.run_library_task")
def run_library_task(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """The row may have been deleted since: then there is nothing left to index."""
    with suppress(ObjectDoesNotExist):
        import_string(path).call(*args, **kwargs)


class PortalTaskBackend(BaseTaskBackend):
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        # Nobody searches the template: what Wagtail wants indexed is indexed in the portals.
        if context.require_portal().uid != context.TEMPLATE_UID and not _off.get():
            tasks.defer(run_library_task, path=task.module_path, args=list(args), kwargs=dict(kwargs))
        return TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
