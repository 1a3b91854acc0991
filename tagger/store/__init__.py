"""The workspace's database: one SQLite file, and the only place that knows SQL."""

from tagger.store.checkpoints import sqlite_version
from tagger.store.connection import Store, open_store
from tagger.store.copying import DamagedError, check_database, copy_database, database_id, put_database
from tagger.store.runs import Runs
from tagger.store.standings import Standing, Standings, StandingTag

__all__ = [
    "DamagedError",
    "Runs",
    "Standing",
    "StandingTag",
    "Standings",
    "Store",
    "check_database",
    "copy_database",
    "database_id",
    "open_store",
    "put_database",
    "sqlite_version",
]
