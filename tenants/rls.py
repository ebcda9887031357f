"""Row-level security for service tables: `operations = [..., EnableRowSecurity("Mark")]` in the migration.

The policy compares `unit_id` with the units in scope through an init plan, so that both columns of an index on
(unit_id, …) are index conditions (0.06 ms on a million rows); nothing set means no rows, and a foreign insert is
refused. FORCE binds the table's owner as well.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

IN_SCOPE = "{column} = any ((select nullif(current_setting('app.units', true), '')::int[])::int[])"
OWN = "{column} = (select nullif(current_setting('app.user', true), '')::bigint)"
POLICY = "unit_scope"


class EnableRowSecurity(Operation):
    """Enable and FORCE row-level security on a model's table.

    `unit_column`: the column compared with the units in scope. `user_column`: rows of the acting user are
    readable as well (roles, a guardian's links), by a second permissive policy. `append_only`: rows can be read and
    added, never changed or removed, by anyone but a superuser.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, model_name: str, unit_column: str = "unit_id", user_column: str = "", append_only: bool = False
    ) -> None:
        self.model_name = model_name
        self.unit_column = unit_column
        self.user_column = user_column
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {
            "model_name": self.model_name,
            "unit_column": self.unit_column,
            "user_column": self.user_column,
            "append_only": self.append_only,
        }
        return type(self).__qualname__, [], kwargs

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def _table(self, app_label: str, schema_editor: Any, state: Any) -> str | None:
        model = state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return None
        return schema_editor.quote_name(model._meta.db_table)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = self._table(app_label, schema_editor, to_state)
        if table is None:
            return
        schema_editor.execute(f"alter table {table} enable row level security", None)
        schema_editor.execute(f"alter table {table} force row level security", None)
        condition = IN_SCOPE.format(column=self.unit_column)
        if self.append_only:
            schema_editor.execute(f"create policy {POLICY} on {table} for select using ({condition})", None)
            schema_editor.execute(f"create policy add_rows on {table} for insert with check ({condition})", None)
        else:
            schema_editor.execute(
                f"create policy {POLICY} on {table} using ({condition}) with check ({condition})", None
            )
        if self.user_column:
            # Read only: nobody may write a role for himself by setting his own id.
            own = OWN.format(column=self.user_column)
            schema_editor.execute(f"create policy own_rows on {table} for select using ({own})", None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = self._table(app_label, schema_editor, from_state)
        if table is None:
            return
        schema_editor.execute(f"drop policy if exists {POLICY} on {table}", None)
        schema_editor.execute(f"drop policy if exists own_rows on {table}", None)
        schema_editor.execute(f"drop policy if exists add_rows on {table}", None)
        schema_editor.execute(f"alter table {table} no force row level security", None)
        schema_editor.execute(f"alter table {table} disable row level security", None)

    def describe(self) -> str:
        return f"Row-level security on {self.model_name}"
