"""A province of marks for the bench: `python -m tests.bench.ours_marks STUDENTS`, last line one JSON object.

Bulk rows by SQL in the scope of all schools; the pages, accounts and sessions by the product itself.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

CLASS_SIZE, FAMILIES = 45, 60
BLOCK = "00000000-0000-4000-8000-000000000001"

_ROWS = """
insert into rosters_classgroup (unit_id, year_id, grade, name)
select u, %(year)s, 6 + n %% 4, 'L' || n from unnest(%(units)s::bigint[]) u, generate_series(1, %(classes)s) n;

insert into rosters_student (
  unit_id, code, full_name, sort_key, folded, birth_date, gender,
  citizen_id, citizen_id_key, citizen_id_mask, moet_code, assessed
)
select u, u || '-' || n, 'Em Số ' || n, n, n, date '2012-01-01' + (n %% 900)::int, 1 + n %% 2, '', '', '', '', true
from unnest(%(units)s::bigint[]) u, generate_series(1, %(each)s) n;

insert into rosters_enrolment (unit_id, student_id, class_group_id, valid_from)
select s.unit_id, s.id, c.id, date '2026-09-05'
from rosters_student s
join rosters_classgroup c on c.unit_id = s.unit_id and c.name = 'L' || (1 + (s.sort_key::int - 1) / %(class_size)s);

insert into gradebook_assessment (
  unit_id, class_group_id, subject_id, term_id, kind, ordinal, published_at, lock_reason
)
select c.unit_id, c.id, s, %(term)s, k.kind, k.ordinal, now(), ''
from rosters_classgroup c, unnest(%(subjects)s::bigint[]) s,
  (values ('TX', 1), ('TX', 2), ('TX', 3), ('TX', 4), ('GK', 1), ('CK', 1)) k (kind, ordinal);
"""
_MARKS = """
insert into gradebook_mark (unit_id, assessment_id, student_id, value, comment, status, reason, recorded_at)
select a.unit_id, a.id, e.student_id, (a.id * 7 + e.student_id * 13) %% 101 / 10.0, '', 'RECORDED', '', now()
from gradebook_assessment a join rosters_enrolment e on e.class_group_id = a.class_group_id
where a.unit_id = %(unit)s and e.unit_id = %(unit)s
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    from django.db import connection

    from portal_host.demo.load_school import calendar
    from school_services.rosters.models import SchoolYear, Subject, Term
    from tenants import context, hosts

    schools = sorted(hosts.all_portals(), key=lambda ref: ref.pk)
    units = [ref.unit_id for ref in schools]
    each = int(sys.argv[1]) // len(units)
    with context.platform():
        calendar()
        year = SchoolYear.objects.get(code="2026-2027")
        term = Term.objects.get(year=year, number=1)
        subjects = Subject.objects.filter(level="THCS", kind="score").values_list("pk", flat=True)
        subject_ids = list(subjects)
    values = {
        "units": units, "year": year.pk, "each": each, "class_size": CLASS_SIZE, "classes": -(-each // CLASS_SIZE),
        "term": term.pk, "subjects": subject_ids,
    }  # fmt: skip
    marks = 0
    with context.platform(), context.scope(units), connection.cursor() as cursor:
        for statement in _ROWS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
        for unit in units:
            cursor.execute(_MARKS, {"unit": unit})
            marks += cursor.rowcount
    with context.enter(schools[0]):
        path = _block_page()
    cookies = [_family(schools, number) for number in range(FAMILIES)]
    counts = {size: _queries(schools, path, size) for size in (3, 30)}
    print(json.dumps({"host": f"{schools[0].slug}.localhost", "path": path, "cookies": cookies, "marks": marks, "students": each * len(units)} | counts))


def _block_page() -> str:
    from cms_blocks.models import ArticlePage, HomePage

    value = {"heading": "Tra cứu điểm", "explanation": "", "terms": ["1", "2"], "any_school": True}
    page = HomePage.objects.get().add_child(
        instance=ArticlePage(
            title="Điểm", slug="diem", body=json.dumps([{"type": "grade_lookup", "id": BLOCK, "value": value}])
        )
    )
    return f"/_f/grade-lookup/{page.pk}/{BLOCK}/"


def _account(schools: Any, login: str, students: list[tuple[Any, str]]) -> str:
    """The session cookie of a new guardian of these students (school, code), logged in on the first portal."""
    from django.conf import settings
    from django.test import Client

    from school_services.identity.services import create_account
    from school_services.rosters.models import Guardianship, Student
    from tenants import context

    with context.platform():
        user = create_account(login=login, full_name="Phụ Huynh", password=None)
    for ref, code in students:
        with context.enter(ref), context.scope((ref.unit_id,)):
            Guardianship.objects.create(unit_id=ref.unit_id, user=user, student=Student.objects.get(code=code))
    client = Client(headers={"host": f"{schools[0].slug}.localhost"})
    with context.enter(schools[0]):
        client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _family(schools: Any, number: int) -> str:
    """Two children in two schools."""
    pair = [schools[number % len(schools)], schools[(number + 1) % len(schools)]]
    return _account(schools, f"09{number:08d}", [(ref, f"{ref.unit_id}-{number + 1}") for ref in pair])


def _queries(schools: Any, path: str, size: int) -> int:
    """Queries of one fragment for a family of `size` children."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    ref = schools[0]
    children = [(ref, f"{ref.unit_id}-{100 + size + n}") for n in range(size)]
    cookie = _account(schools, f"08{size:08d}", children)
    client = Client(headers={"host": f"{ref.slug}.localhost", "cookie": cookie, "x-portal-island": "1"})
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, response.status_code
    assert response.content.count(b'class="child"') == size
    return len(queries)


if __name__ == "__main__":
    main()
