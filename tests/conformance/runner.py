"""Django's test runner that writes down what became of every test, stock and inside a portal."""

from __future__ import annotations

import gc
import json
import os
import unittest
from typing import Any, TextIO

from django.core.management import call_command
from django.db import connection
from django.test.runner import DiscoverRunner
from django.test.utils import iter_test_cases


def _recording(lines: TextIO) -> type[unittest.TextTestResult]:
    """A result class that writes one JSON line per outcome: {"test", "outcome", "reason"}."""

    class RecordingResult(unittest.TextTestResult):
        def _write(self, test: Any, outcome: str, reason: str = "") -> None:
            lines.write(json.dumps({"test": test.id(), "outcome": outcome, "reason": reason}) + "\n")
            lines.flush()

        def addSuccess(self, test: Any) -> None:
            super().addSuccess(test)
            self._write(test, "passed")

        def addFailure(self, test: Any, err: Any) -> None:
            super().addFailure(test, err)
            self._write(test, "failed", _reason(err))

        def addError(self, test: Any, err: Any) -> None:
            super().addError(test, err)
            self._write(test, "failed", _reason(err))

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
            super().addSubTest(test, subtest, err)
            if err is not None:
                self._write(test, "failed", _reason(err))

        def addSkip(self, test: Any, reason: str) -> None:
            super().addSkip(test, reason)
            self._write(test, "skipped", reason)

        def addExpectedFailure(self, test: Any, err: Any) -> None:
            super().addExpectedFailure(test, err)
            self._write(test, "skipped", "expected failure")

        def addUnexpectedSuccess(self, test: Any) -> None:
            super().addUnexpectedSuccess(test)
            self._write(test, "failed", "unexpected success")

    return RecordingResult


def _reason(err: Any) -> str:
    kind, error, _ = err
    text = str(error).strip().splitlines() or [""]
    return f"{kind.__name__}: {text[0]}"[:300]


class RecordingRunner(DiscoverRunner):
    """Writes the outcomes to the file named by `CONFORMANCE_OUTCOMES`."""

    def get_resultclass(self) -> type[unittest.TextTestResult]:
        return _recording(open(os.environ["CONFORMANCE_OUTCOMES"], "a", encoding="utf-8"))

    def run_suite(self, suite: Any, **kwargs: Any) -> Any:
        # Some hundred thousand objects of models and tests, alive to the end: the workers need not look at them.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        # What was found, so that a test nobody reached is seen.
        with open(os.environ["CONFORMANCE_OUTCOMES"], "a", encoding="utf-8") as lines:
            for part in getattr(suite, "subsuites", [suite]):
                for test in iter_test_cases(part):
                    lines.write(json.dumps({"test": test.id(), "outcome": "absent", "reason": "never reached"}) + "\n")
        return super().run_suite(suite, **kwargs)


class PortalRunner(RecordingRunner):
    """The test database holds a fleet of one portal, made by the product's own steps, and every test runs inside it.

    Public tables and the template by `fleet.migrate`, the portal by `provisioning.create_all`: what the suite sees is
    what a portal's schema is, down to the replayed statements. The place is put once; forked workers inherit it.
    """

    def setup_databases(self, **kwargs: Any) -> list[tuple[Any, str, bool]]:
        from django.conf import settings

        from tenants import context, fleet, provisioning

        old_name = settings.DATABASES["default"]["NAME"]
        creation = connection.creation
        name = creation._create_test_db(self.verbosity, autoclobber=True)
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name

        for _ in fleet.migrate():
            pass
        row = provisioning.PortalRow("conformance", "Conformance", "department", "", "")
        for _ in provisioning.create_all([row], empty=True):
            pass
        portal = provisioning.get(row.slug)
        with context.platform():
            ref = portal.ref()
        context.put(context.Place(schema=ref.schema, portal=ref))

        call_command("createcachetable")
        connection._test_serialized_contents = creation.serialize_db_to_string()  # type: ignore[attr-defined]
        if self.parallel > 1:
            for place in range(self.parallel):
                creation.clone_test_db(suffix=str(place + 1), verbosity=self.verbosity)
        return [(connection, old_name, True)]


class PublicRunner(RecordingRunner):
    """Starts where django-tenants' own engine does, in public; its tests move on from there."""

    def setup_databases(self, **kwargs: Any) -> Any:
        from tenants import context

        context.put(context.Place(schema=context.PUBLIC))
        return super().setup_databases(**kwargs)


def finish_template() -> None:
    """`TEMPLATE_FINISHER`: the suite's own migrations hold all that it expects."""


def finish_portal(ref: Any, row: Any) -> None:
    """`PORTAL_FINISHER`: as above."""


def react(ref: Any) -> None:
    """`PORTAL_STATE_REACTION`: nobody searches the suite's pages."""


def purge(*tags: str) -> None:
    """`CACHE_PURGER`: no front cache stands before a test."""
