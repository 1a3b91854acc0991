"""Auto-tags for an archive: a source as a stream, a model version, an engine, and a folder of Parquet files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from tagger.bulk import Engine, Plan, Row, Survey, open_run
from tagger.bulk.local import LocalEngine
from tagger.bulk.ray_engine import RayEngine
from tagger.bulk.run import DEFAULT_SHARD_SIZE
from tagger.domain.model import Progress
from tagger.domain.text import without_secrets
from tagger.errors import ModelError, SourceError
from tagger.learning import package
from tagger.learning.weights import file_sha256
from tagger.sources import PaperStream, Rejected, open_stream
from tagger.steps.adapting import usable_model
from tagger.steps.bulk_model import BulkModel, Effort
from tagger.steps.models import knows, model_version
from tagger.steps.workspace import Workspace

EngineName = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """By which model version (else the current one), where, and how many papers a file (else what the run has).

    With full ``effort`` the model reads every paper with its encoder, as a ``student`` none, and as a ``cascade`` those
    that the student isn't sure of.
    """

    model: str | None = None
    engine: EngineName = "local"
    workers: int | None = None
    shard_size: int | None = None
    effort: Effort = "full"

    def made_engine(self) -> Engine:
        """Return the engine."""
        return RayEngine(self.workers) if self.engine == "ray" else LocalEngine(self.workers)


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a run came to: ``new`` papers were tagged now, and ``set_aside`` lists the rows that weren't.

    ``left_out`` are files of the source that hold no papers.
    """

    model: str
    survey: Survey
    new: int
    set_aside: Path
    seconds: float
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamRows:
    """Reads a stream from its start, each time it is called."""

    stream: PaperStream

    def __call__(self) -> Iterator[Row]:
        """Yield its rows. Raises SourceError."""
        for found in self.stream:
            if isinstance(found, Rejected):
                yield Row(found.place, None, found.reason)
            else:
                yield Row(found.place, found.paper)


def bulk(
    workspace: Workspace, source: str, out: Path, *, options: BulkOptions, now: datetime, progress: Progress
) -> Tagged:
    """Tag every paper of a source into ``out``, going on where a run over it was stopped.

    Raises SourceError if the source can't be read, holds no paper, or changes meanwhile; ModelError; and BulkError if
    ``out`` holds something else or a worker is lost.
    """
    began = time.monotonic()
    folder = _model_folder(workspace, options.model, now)
    stream = open_stream(source)
    rows = StreamRows(stream)
    size, sha256 = stream.identity()
    plan = Plan(
        source=stream.name,
        source_bytes=size,
        source_sha256=sha256,
        model=folder.name,
        model_fingerprint=file_sha256(folder / package.MANIFEST),
        tag_set_fingerprint=workspace.tag_set.fingerprint,
        shard_size=options.shard_size or DEFAULT_SHARD_SIZE,
        effort=options.effort,
    )
    with open_run(out, plan, options.shard_size) as run:
        survey = run.survey(rows(), progress)
        if not survey.papers:
            raise SourceError(
                f"{without_secrets(source)} holds no paper that can be tagged", f"{run.set_aside} tells why"
            )
        engine = options.made_engine()
        load = BulkModel(folder, workspace.tag_set, engine.threads, options.effort)
        new = run.tag(rows, survey, engine, load, workspace.tag_set, progress)
        if new and stream.identity() != (size, sha256):
            hint = "Give another folder for --out, and begin anew"
            raise SourceError(f"{without_secrets(source)} changed while it was read", hint)
        return Tagged(folder.name, survey, new, run.set_aside, time.monotonic() - began, stream.left_out)


def _model_folder(workspace: Workspace, name: str | None, now: datetime) -> Path:
    if name is None:
        return usable_model(workspace, now)
    model_version(workspace, name)
    folder = workspace.settings.models / name
    if not knows(folder, workspace.tag_set):
        hint = "Leave --model out to use the current one, which is adapted to the tag set"
        raise ModelError(f"the model version {name} was made for other tags than the tag set has", hint)
    return folder
