"""A developer's machine and the demo: the embedded server, mail on the console unless EMAIL_URL says where."""

from portal_host.env import read

from .base import *  # noqa: F403
from .base import configure

globals().update(configure(read("dev")))
