"""The test-suite: a database made by the session fixture, no durability, mail in memory."""

from portal_host.env import read

from .base import *  # noqa: F403
from .base import configure

globals().update(configure(read("test"), pool=False))

DEBUG = False
ALLOWED_HOSTS = [".localhost", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
