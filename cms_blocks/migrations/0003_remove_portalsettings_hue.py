from django.db import migrations


def hue_moves(apps, schema_editor):
    """The hue a portal had becomes its look's."""
    settings = apps.get_model("cms_blocks", "PortalSettings").objects.first()
    look = apps.get_model("looks", "Look")
    if settings is not None and not look.objects.exists():
        look.objects.create(hue=settings.hue % 360)


class Migration(migrations.Migration):

    dependencies = [
        ("cms_blocks", "0002_initial"),
        ("looks", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(hue_moves, migrations.RunPython.noop),
        migrations.RemoveField(model_name="portalsettings", name="hue"),
    ]
