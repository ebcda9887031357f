"""The product's Django application without the front cache in front of it: every request is rendered."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
application = get_wsgi_application()
