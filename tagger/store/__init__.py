"""The workspace's database: one SQLite file, and the only place that knows SQL."""

from tagger.store.connection import Store, open_store
from tagger.store.copying import DamagedError, check_database, copy_database, database_id, put_database

__all__ = ["DamagedError", "Store", "check_database", "copy_database", "database_id", "open_store", "put_database"]
