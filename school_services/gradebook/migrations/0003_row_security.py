from django.db import migrations

from tenants.rls import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0002_initial")]

    operations = [
        EnableRowSecurity("assessment"),
        EnableRowSecurity("mark"),
    ]
