#!/usr/bin/env python
"""Django's command line. Commands that change tables connect as the database's owner, all others as the app's role."""

import os
import sys

OWNER_COMMANDS = {"migrate", "fleet", "makemigrations", "sqlmigrate"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["PORTAL_HOST_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
