"""Finished public pages kept in each process, in front of Django: hits need neither Django nor the database.

`keys` says which request has a key, `store` keeps the pages, `responses` says what may be kept and in which bytes,
`wsgi` joins them, `invalidation` brings purges from PostgreSQL, `django` is the only part that imports Django. What a
page read is collected by `tenants.cache_tags`, below the page types that report it.
"""
