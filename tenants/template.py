"""The template schema: migrated by Django once, then turned into the statements that make a portal.

A portal is these statements run under its name in one transaction: identity columns, primary keys, unique and check
constraints inline in CREATE TABLE, then rows, then the other indexes and foreign keys (one ALTER per table).
The list is built from the catalogue once per state of the template and kept in `TemplateSnapshot`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from . import context
from .models import TemplateSnapshot

PLACE = "__portal__"  # stands for the schema's name in the statements

_DIGEST = "select md5(string_agg(app || '.' || name, ',' order by app, name)) from {schema}.django_migrations"

_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid), case when a.attcollation <> t.typcollation then co.collname end
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
left join pg_collation co on co.oid = a.attcollation
where c.relnamespace = %s::regnamespace and c.relkind = 'r' order by c.relname, a.attnum
"""
_CONSTRAINTS = """
select c.relname, n.conname, n.contype, pg_get_constraintdef(n.oid) from pg_constraint n join pg_class c
on c.oid = n.conrelid where c.relnamespace = %s::regnamespace and n.contype in ('p', 'u', 'c', 'f')
order by c.relname, n.contype, n.conname
"""
_INDEXES = """
select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
where c.relnamespace = %s::regnamespace
and not exists (select 1 from pg_constraint n where n.conindid = i.indexrelid and n.contype in ('p', 'u', 'x'))
order by i.indexrelid
"""
_UNSUPPORTED = """
select 'view ' || relname from pg_class where relnamespace = %(s)s::regnamespace and relkind not in ('r', 'i', 'S')
union all select 'function ' || proname from pg_proc where pronamespace = %(s)s::regnamespace
union all select 'trigger ' || tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = %(s)s::regnamespace and not tgisinternal
union all select 'type ' || typname from pg_type where typnamespace = %(s)s::regnamespace and typtype in ('e', 'd')
"""


class TemplateProblem(Exception):
    """The template cannot be turned into statements; the message says what stands in the way."""


def digest(schema: str) -> str:
    """A fingerprint of the migrations applied in a schema."""
    with context.platform(), connection.cursor() as cursor:
        cursor.execute(_DIGEST.format(schema=connection.ops.quote_name(schema)))
        return cursor.fetchone()[0] or ""


def statements() -> list[str]:
    """The statements that make a portal from the template as it is now; `PLACE` stands for the schema's name."""
    current = digest(settings.TEMPLATE_SCHEMA)
    with context.platform():
        snapshot = TemplateSnapshot.objects.filter(digest=current).first()
    if snapshot is None:
        raise TemplateProblem("the template has changed since its snapshot: run `manage.py fleet migrate`")
    return snapshot.statements


def has_snapshot() -> bool:
    """Whether the template as it is now can make portals."""
    current = digest(settings.TEMPLATE_SCHEMA)
    with context.platform():
        return TemplateSnapshot.objects.filter(digest=current).exists()


def take_snapshot() -> TemplateSnapshot:
    """Build the statements and keep them; older snapshots are dropped."""
    built = build(settings.TEMPLATE_SCHEMA)
    with context.platform():
        current = digest(settings.TEMPLATE_SCHEMA)
        snapshot, _ = TemplateSnapshot.objects.update_or_create(digest=current, defaults={"statements": built})
        TemplateSnapshot.objects.exclude(pk=snapshot.pk).delete()
    return snapshot


def build(schema: str) -> list[str]:
    """Statements of a schema, from the catalogue. Raises `TemplateProblem` for what the list cannot carry."""
    # Only this schema is visible, so that definitions come without its name; public ones come with theirs.
    with context.at(context.Place(schema=schema, alone=True)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNSUPPORTED, {"s": schema})
        odd = [row[0] for row in cursor.fetchall()]
        if odd:
            raise TemplateProblem(f"the template holds what a replay does not carry: {', '.join(odd)}")
        cursor.execute(_COLUMNS, [schema])
        columns = cursor.fetchall()
        cursor.execute(_CONSTRAINTS, [schema])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [schema])
        indexes = [row[0].replace(f" ON {schema}.", " ON ") for row in cursor.fetchall()]
        tables = list(dict.fromkeys(row[0] for row in columns))
        rows = _row_statements(cursor, schema, columns, tables)
    return [
        f'create schema "{PLACE}"',
        f'set local search_path to "{PLACE}", public',
        *_table_statements(columns, constraints, tables),
        *rows,
        *indexes,
        *_foreign_keys(constraints, tables),
    ]


def _table_statements(columns: list[Any], constraints: list[Any], tables: list[str]) -> list[str]:
    result = []
    for table in tables:
        parts = []
        for name, column, kind, not_null, identity, default, collation in columns:
            if name != table:
                continue
            line = f'"{column}" {kind}'
            if collation:
                line += f' collate "{collation}"'
            if identity:
                line += f" generated {'always' if identity == 'a' else 'by default'} as identity"
            elif default is not None:
                line += f" default {default}"
            parts.append(line + (" not null" if not_null else ""))
        parts += [f'constraint "{n}" {d}' for name, n, kind, d in constraints if name == table and kind != "f"]
        result.append(f'create table "{table}" ({", ".join(parts)})')
    return result


def _foreign_keys(constraints: list[Any], tables: list[str]) -> list[str]:
    result = []
    for table in tables:
        keys = [f'add constraint "{n}" {d}' for name, n, kind, d in constraints if name == table and kind == "f"]
        if keys:
            result.append(f'alter table "{table}" {", ".join(keys)}')
    return result


def _row_statements(cursor: Any, schema: str, columns: list[Any], tables: list[str]) -> list[str]:
    """Rows as INSERTs with their ids (permissions, groups, root page …), and the identity counters after them."""
    result = []
    for table in tables:
        names = ", ".join(f'"{row[1]}"' for row in columns if row[0] == table)
        cursor.execute(
            f"select string_agg(format('(%s)', (select string_agg(quote_nullable(v.value), ',' order by v.place) "
            f"from (select row_number() over () as place, value from json_each_text(row_to_json(t))) v)), ',') "
            f'from (select {names} from "{table}" order by 1) t'
        )
        values = cursor.fetchone()[0]
        if values:
            result.append(f'insert into "{table}" ({names}) overriding system value values {values}')
        for row in columns:
            if row[0] == table and row[4]:
                cursor.execute(f'select coalesce(max("{row[1]}"), 0) from "{table}"')
                highest = cursor.fetchone()[0]
                if highest:
                    result.append(f'alter table "{table}" alter column "{row[1]}" restart with {highest + 1}')
    return result


def fingerprint(cursor: Any, schema: str) -> str:
    """MD5 of a schema's structure, names of schema left out: equal to the template's, or the portal is damaged."""
    cursor.execute(
        "select md5(string_agg(line, E'\\n' order by line)) from ("
        "select c.relname || '|' || a.attname || '|' || format_type(a.atttypid, a.atttypmod) || a.attnotnull::text "
        "|| a.attidentity::text as line from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "and not a.attisdropped where c.relnamespace = %(s)s::regnamespace and c.relkind = 'r' "
        "union all select c.relname || '|' || n.conname || '|' || n.contype::text from pg_constraint n join pg_class c "
        "on c.oid = n.conrelid where c.relnamespace = %(s)s::regnamespace and n.contype in ('p', 'u', 'c', 'f') "
        "union all select relname || '|i' from pg_class where relnamespace = %(s)s::regnamespace "
        "and relkind = 'i') lines",
        {"s": schema},
    )
    return cursor.fetchone()[0] or ""
