from django.db import migrations

from tenants.rls import EnableRowSecurity


class Migration(migrations.Migration):
    dependencies = [("rosters", "0001_initial")]

    operations = [
        EnableRowSecurity("classgroup"),
        EnableRowSecurity("student"),
        EnableRowSecurity("enrolment"),
        EnableRowSecurity("teachingassignment"),
        EnableRowSecurity("guardianship", user_column="user_id"),
        EnableRowSecurity("linkcode"),
        EnableRowSecurity("importbatch"),
    ]
