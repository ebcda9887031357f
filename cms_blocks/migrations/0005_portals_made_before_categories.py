from django.db import migrations

# A portal's administrators keep the categories of its news (cms_blocks.starter), in portals made before them too.
GRANT = """
insert into auth_group_permissions (group_id, permission_id)
select g.id, p.id
from auth_group g
join auth_permission p on p.codename in ('add_newscategory', 'change_newscategory', 'delete_newscategory')
join django_content_type c on c.id = p.content_type_id and c.app_label = 'cms_blocks' and c.model = 'newscategory'
where g.name = 'Quản trị cổng'
on conflict do nothing
"""


class Migration(migrations.Migration):

    dependencies = [
        ("cms_blocks", "0004_news_categories"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
