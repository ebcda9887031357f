"""Other people's test-suites against our database wrapper: Wagtail's inside a portal, django-tenants' on our engine."""
