"""One search over all portals: `find` and `suggest`, answered by PostgreSQL or Elasticsearch alike."""

from .finding import find, suggest

__all__ = ["find", "suggest"]
