"""The same settings with `tenants.db` as engine: every app of the suite is a portal app, only `tenants` is shared."""

import os

from .settings_stock import *  # noqa: F403
from .settings_stock import CACHES, DATABASES, INSTALLED_APPS

TEST_RUNNER = "tests.conformance.runner.PortalRunner"

TENANT_APPS = INSTALLED_APPS
SHARED_APPS = ["tenants"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
DATABASES["default"]["ENGINE"] = "tenants.db"
DATABASE_ROUTERS = ["tenants.router.SchemaRouter"]
CACHES["default"]["KEY_FUNCTION"] = "tenants.isolation.make_key"

TENANT_MODEL = "tenants.Portal"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TEMPLATE_SCHEMA = "portal_template"
TEMPLATE_FINISHER = "tests.conformance.runner.finish_template"
PORTAL_FINISHER = "tests.conformance.runner.finish_portal"
CACHE_PURGER = "tests.conformance.runner.purge"
PORTAL_STATE_REACTION = "tests.conformance.runner.react"
BASE_DOMAIN = "localhost"

# The suite truncates tables and makes databases, which only their owner may.
DATABASE_ROLE = "owner"
DATABASE_OWNER_URL = os.environ["CONFORMANCE_OWNER_URL"]
