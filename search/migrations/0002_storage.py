"""What Django's models cannot say: versions, rows that go with their portal, texts beside the table, first synonyms."""

from django.db import migrations

TABLES = ("search_entry", "search_question")

FORWARD = [
    "create sequence public.search_version",
    # Rows stay narrow: counting and choosing among thousands of matches reads no text.
    "alter table search_entry set (toast_tuple_target = 256)",
    "alter table search_entry alter column folded set storage external",
    *(
        f"alter table {table} add constraint {table}_portal foreign key (portal_id)"
        " references tenants_portal (id) on delete cascade"
        for table in TABLES
    ),
]
BACK = [
    *(f"alter table {table} drop constraint {table}_portal" for table in TABLES),
    "drop sequence public.search_version",
]

SYNONYMS = (
    "THPT = trung học phổ thông = cấp 3",
    "THCS = trung học cơ sở = cấp 2",
    "MN = mầm non",
    "GDTX = giáo dục thường xuyên",
    "TS = tuyển sinh",
    "HP = học phí",
    "HS = học sinh",
    "GV = giáo viên",
    "PHHS = phụ huynh học sinh",
    "TKB = thời khóa biểu",
    "HK = học kỳ",
    "KQ = kết quả",
    "GDĐT = giáo dục và đào tạo = GD&ĐT",
    "TN THPT = tốt nghiệp THPT = tốt nghiệp trung học phổ thông",
    "BHYT = bảo hiểm y tế",
)


def add_synonyms(apps, schema_editor):
    model = apps.get_model("search", "Synonym")
    model.objects.bulk_create(model(line=line) for line in SYNONYMS)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunPython(add_synonyms, migrations.RunPython.noop),
    ]
