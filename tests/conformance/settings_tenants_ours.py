"""The same settings with `tenants.db` as engine."""

from .settings_tenants_stock import *  # noqa: F403
from .settings_tenants_stock import DATABASES

TEST_RUNNER = "tests.conformance.runner.PublicRunner"
DATABASES["default"]["ENGINE"] = "tenants.db"
