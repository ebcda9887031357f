"""A real server.

Refuses to start with a default secret, DEBUG, no way to send mail, or a role that row-level security does not bind.
"""

from portal_host.env import read

from .base import *  # noqa: F403
from .base import configure

globals().update(configure(read("production")))
