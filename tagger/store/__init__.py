"""The workspace's database: one SQLite file, and the only place that knows SQL."""

from tagger.store.connection import Store, open_store

__all__ = ["Store", "open_store"]
