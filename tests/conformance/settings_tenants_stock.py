"""The settings of django-tenants' own test project, on the PostgreSQL named by the `DATABASE_…` environment."""

from dts_test_project.settings import *  # noqa: F403

TEST_RUNNER = "tests.conformance.runner.RecordingRunner"
