"""Model versions that were trained here, and which one is current."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.model import ModelVersion
from tagger.store.rows import json_text, object_of, time_of, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Models:
    """The model versions that the workspace knows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, version: ModelVersion) -> None:
        """Record a model version; one that is known already stays as it is."""
        self._db.table("model_versions").insert(
            {
                "name": version.name,
                "created_at": time_text(version.created_at),
                "encoder": version.encoder,
                "tag_set_version": version.tag_set_version,
                "tag_set_fingerprint": version.tag_set_fingerprint,
                "data_fingerprint": version.data_fingerprint,
                "papers": version.papers,
                "figures": json_text(version.figures),
            },
            ignore=True,
        )

    def promote(self, name: str, now: datetime) -> None:
        """Make a recorded model version the current one."""
        if self.current_name() != name:
            self._db.table("promotions").insert({"model": name, "at": time_text(now)})

    def current_name(self) -> str | None:
        """Return the current model version's name, or None where none was promoted yet."""
        row = self._db.execute("SELECT model FROM promotions ORDER BY seq DESC LIMIT 1").fetchone()
        return row[0] if row else None

    def find(self, name: str) -> ModelVersion | None:
        """Return the model version of that name, or None."""
        return next((v for v in self.all() if v.name == name), None)

    def all(self) -> list[ModelVersion]:
        """Return every model version, oldest first."""
        return [_version(row) for row in self._db.query("SELECT * FROM model_versions ORDER BY created_at, name")]


def _version(row: dict[str, Any]) -> ModelVersion:
    return ModelVersion(
        name=row["name"],
        created_at=time_of(row["created_at"]),
        encoder=row["encoder"],
        tag_set_version=row["tag_set_version"],
        tag_set_fingerprint=row["tag_set_fingerprint"],
        data_fingerprint=row["data_fingerprint"],
        papers=row["papers"],
        figures=object_of(row["figures"]),
    )
