from django.db import migrations

from tenants.rls import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_initial")]

    operations = [
        EnableRowSecurity("role", user_column="user_id"),
        EnableRowSecurity("auditentry", append_only=True),
    ]
