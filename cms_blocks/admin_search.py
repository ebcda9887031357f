"""Wagtail's own search in the editor, over words without marks: “tuyen sinh” finds “Tuyển sinh”.

Texts are folded before they are indexed and asked, so the database needs no extension and no configuration of its own.
"""

from __future__ import annotations

from typing import Any

from modelsearch.backends.database.postgres import postgres
from modelsearch.query import Phrase, PlainText

from search.text import fold, normal


class _Indexer(postgres.ObjectIndexer):
    def prepare_value(self, value: Any) -> str:
        return fold(normal(super().prepare_value(value)))


class _Folded:
    """For both compilers: the words asked, folded as the index is."""

    def build_tsquery_content(self, query: Any, config: Any = None, invert: bool = False) -> Any:
        if isinstance(query, PlainText):
            query = PlainText(fold(normal(query.query_string)), query.operator)
        elif isinstance(query, Phrase):
            query = Phrase(fold(normal(query.query_string)))
        return super().build_tsquery_content(query, config=config, invert=invert)  # type: ignore[misc]


class _Query(_Folded, postgres.PostgresSearchQueryCompiler):
    pass


class _Autocomplete(_Folded, postgres.PostgresAutocompleteQueryCompiler):
    pass


class SearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = _Query
    autocomplete_query_compiler_class = _Autocomplete


# The index takes its indexer from its module's names: there is no other way in.
postgres.ObjectIndexer = _Indexer
