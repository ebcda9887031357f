from django.db import migrations

from tenants.rls import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("admissions", "0001_initial")]

    operations = [
        EnableRowSecurity("season"),
        EnableRowSecurity("choice"),
        EnableRowSecurity("application", user_column="guardian_id"),
        EnableRowSecurity("document"),
        EnableRowSecurity("event", append_only=True),
        EnableRowSecurity("papermark"),
        EnableRowSecurity("run"),
        EnableRowSecurity("seat"),
        EnableRowSecurity("snapshot", append_only=True),
    ]
