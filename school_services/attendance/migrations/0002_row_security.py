from django.db import migrations

from tenants.rls import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial")]

    operations = [
        EnableRowSecurity("device"),
        EnableRowSecurity("badge"),
        EnableRowSecurity("punch", append_only=True),
        EnableRowSecurity("devicecommand"),
    ]
