"""Tags archives: rows of a stream become shards, an engine tags them, each is a Parquet file, and a run goes on."""

from tagger.bulk.engine import Engine, Model
from tagger.bulk.rows import Row
from tagger.bulk.run import Plan, Survey, open_run

__all__ = ["Engine", "Model", "Plan", "Row", "Survey", "open_run"]
