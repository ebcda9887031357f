"""The suites, how each side of one is run, and the differences that are meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    labels: tuple[str, ...]
    quick: tuple[str, ...]
    settings: dict[str, str]  # side → settings module
    accepted: dict[str, str]  # beginning of a test id → why ours differs
    parallel: bool
    whole_stock: bool = False  # small, and its tests see what others left behind


WAGTAIL = Suite(
    name="wagtail",
    labels=("wagtail",),
    quick=(
        "wagtail.tests.test_page_model",
        "wagtail.tests.test_sites",
        "wagtail.tests.test_reference_index",
        "wagtail.admin.tests.pages.test_create_page",
    ),
    settings={"stock": "tests.conformance.settings_stock", "ours": "tests.conformance.settings_portal"},
    accepted={},
    parallel=True,
)

_COUNTED = "counts django-tenants' SET statements: ours is sent when the place differs, outside the counted cursor"
DJANGO_TENANTS = Suite(
    name="django_tenants",
    labels=("django_tenants",),
    quick=("django_tenants.tests.test_server_side_cursors", "django_tenants.tests.test_utils"),
    settings={"stock": "tests.conformance.settings_tenants_stock", "ours": "tests.conformance.settings_tenants_ours"},
    accepted={
        "django_tenants.tests.test_multi_types.": "all portals have the same apps: there are no types of tenant",
        "django_tenants.tests.test_tenants.SharedAuthTest.test_cross_schema_constraint_gets_created": (
            "no foreign key leaves a portal schema (docs/decisions/0002)"
        ),
        "django_tenants.tests.test_tenants.SchemaNameInjectionTest.test_search_path_rejects_injected_schema": (
            "a bad name is refused when it is set, not at the next query"
        ),
        "django_tenants.tests.test_tenants.TenantDataAndSettingsTest.test_switching_search_path": _COUNTED,
    },
    parallel=False,
    whole_stock=True,
)

SUITES = {suite.name: suite for suite in (WAGTAIL, DJANGO_TENANTS)}
