"""A real server. Refuses to start with a default secret, DEBUG, or a role that row-level security does not bind."""

from portal_host.env import read

from .base import *  # noqa: F403
from .base import configure

globals().update(configure(read("production")))

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
