"""A run's folder: its manifest, the parts that are there, and the rows that were set aside."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tagger.bulk.engine import Engine, LoadModel
from tagger.bulk.rows import ReadRows, Row, Shards, sift
from tagger.bulk.table import ShardTagger, rows_of_run
from tagger.domain.model import Progress
from tagger.domain.tags import TagSet
from tagger.errors import BulkError
from tagger.files import held, write_file

FORMAT = 1
MANIFEST = "run.json"
SET_ASIDE = "rejected.jsonl"
DEFAULT_SHARD_SIZE = 1000
_TOLD_EVERY = 1000
# What a killed run was writing.
_TORN = re.compile(r"\.(part-\d+\.parquet|run\.json|rejected\.jsonl)\.[0-9a-f]{16}(\.tagger)?")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run's tables follow from: the source, the model version and the tag set by what they hold, and the size.

    ``source`` and ``model`` are names, for people and for the tables; ``effort`` is how the model reads.
    """

    source: str
    source_bytes: int
    source_sha256: str
    model: str
    model_fingerprint: str
    tag_set_fingerprint: str
    shard_size: int
    effort: str = "full"

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of it: equal fingerprints mean equal tables."""
        content = asdict(self)
        if self.effort == "full":  # which runs of an earlier tagger don't name
            del content["effort"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Survey:
    """What a source holds: papers to tag, rows that can't be used, and rows that repeat a paper."""

    papers: int
    rejected: int
    repeated: int


@dataclass(frozen=True)
class Run:
    """A run in its folder, which is held while it is open."""

    folder: Path
    plan: Plan

    @property
    def set_aside(self) -> Path:
        """The file of the rows that aren't tagged, as JSON Lines: row, place and reason."""
        return self.folder / SET_ASIDE

    def survey(self, rows: Iterable[Row], progress: Progress) -> Survey:
        """Return what the source holds; the first time it is read through, and what is set aside is written.

        So a run knows from its first minute what it can't use, and how long it will take.
        """
        path = self.folder / MANIFEST
        document = _read(path)
        if document["found"] is None:
            found = self._sifted(rows, progress)
            write_file(path, _json(document | {"found": asdict(found)}))
            return found
        return Survey(**document["found"])

    def tag(
        self,
        rows: ReadRows,
        survey: Survey,
        engine: Engine,
        load: LoadModel,
        tag_set: TagSet,
        progress: Progress,
    ) -> int:
        """Write the files that are missing, each whole or not at all, and return how many papers are in them.

        Raises BulkError if one can't be written, and what the engine raises.
        """
        missing = self._missing(survey)
        if not missing:
            return 0
        shards = Shards(rows, self.plan.shard_size, frozenset(missing))
        tagger = ShardTagger(load, tag_set, self.plan.source, self.plan.model_fingerprint, self.plan.fingerprint)
        done = already = survey.papers - sum(missing.values())
        progress("tagging", done, survey.papers)
        for shard, table in engine.tag(shards, tagger):
            path = self._part(shard.number)
            try:
                write_file(path, table)
            except OSError as error:
                raise BulkError(f"can't write {path}: {error.strerror}", "Run the command again to go on") from error
            done += len(shard.papers)
            missing.pop(shard.number)
            progress("tagging", done, survey.papers)
        if missing:
            hint = "Give another folder for --out, and begin anew"
            raise BulkError(f"the source held fewer papers than when {self.folder} was begun", hint)
        return done - already

    def _missing(self, survey: Survey) -> dict[int, int]:
        """Return how many papers belong into each file that isn't whole yet, or not of this run."""
        size, run = self.plan.shard_size, self.plan.fingerprint
        expected = {n: min(size, survey.papers - n * size) for n in range(-(-survey.papers // size))}
        return {n: papers for n, papers in expected.items() if rows_of_run(self._part(n), run) != papers}

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:05}.parquet"

    def _sifted(self, rows: Iterable[Row], progress: Progress) -> Survey:
        papers = rejected = repeated = 0
        partial = self.folder / f".{SET_ASIDE}.{secrets.token_hex(8)}"
        with partial.open("w", encoding="utf-8", errors="backslashreplace") as file:
            for count, row in enumerate(sift(rows), 1):
                if count % _TOLD_EVERY == 0:
                    progress("reading the source", count, 0)
                papers += row.paper is not None
                rejected += row.paper is None and not row.repeated
                repeated += row.repeated
                if row.paper is None:
                    said = {"row": count, "place": row.place, "reason": row.reason}
                    file.write(json.dumps(said, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.set_aside)
        return Survey(papers, rejected, repeated)


@contextlib.contextmanager
def open_run(folder: Path, plan: Plan, shard_size: int | None) -> Iterator[Run]:
    """Begin a run in a new or empty folder, or go on with the one that is there; no other may do so meanwhile.

    ``shard_size`` is the one asked for, if any: a run keeps the one it was begun with. Raises BulkError if the folder
    holds something else, or a run over another source or by another model.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def refuse(waited_s: float) -> None:
        raise BulkError(f"another run is at work in {folder}", "Wait for it, or give another folder for --out")

    with held(folder / ".lock", refuse):
        path = folder / MANIFEST
        if path.exists():
            plan = _agreed(plan, _read(path)["plan"], folder, shard_size)
        elif others := [p.name for p in folder.iterdir() if not p.name.startswith(".")]:
            raise BulkError(f"{folder} holds other things ({others[0]})", "Give a new folder for --out")
        else:
            write_file(path, _json({"format": FORMAT, "plan": asdict(plan), "found": None}))
        for path in folder.iterdir():
            if _TORN.fullmatch(path.name):
                path.unlink()
        yield Run(folder, plan)


def _agreed(asked: Plan, begun: Plan, folder: Path, shard_size: int | None) -> Plan:
    """Return the plan that a run was begun with. Raises BulkError if another one is asked for."""
    anew = "or another folder for --out"
    if asked.source_sha256 != begun.source_sha256:
        said = f"{begun.source}, {begun.source_bytes} bytes; {asked.source} holds something else"
        raise BulkError(f"the run in {folder} is over another source ({said})", f"Give that source, {anew}")
    if asked.tag_set_fingerprint != begun.tag_set_fingerprint:
        raise BulkError(f"the tag set has changed since the run in {folder} was begun", f"Give {anew[3:]}")
    if asked.model_fingerprint != begun.model_fingerprint:
        raise BulkError(
            f"the run in {folder} was begun with the model {begun.model}", f"Give --model {begun.model}, {anew}"
        )
    if asked.effort != begun.effort:
        raise BulkError(
            f"the run in {folder} was begun with --effort {begun.effort}", f"Give --effort {begun.effort}, {anew}"
        )
    if shard_size not in (None, begun.shard_size):
        hint = f"Leave --shard-size out, {anew}"
        raise BulkError(f"the run in {folder} has {begun.shard_size} papers a file", hint)
    return begun


def _read(path: Path) -> dict[str, Any]:
    hint = "Delete the folder and begin anew, or give another one for --out"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise BulkError(f"{path} has format {document['format']}, this tagger reads {FORMAT}", hint)
        plan = Plan(**document["plan"])
        found = document["found"]
        sound = found is None or all(type(n) is int for n in asdict(Survey(**found)).values())
        if not sound or any(type(v) is not type(getattr(_SHAPE, k)) for k, v in asdict(plan).items()):
            raise ValueError
        return {"format": FORMAT, "plan": plan, "found": found}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BulkError(f"{path} is damaged", hint) from error


_SHAPE = Plan("", 0, "", "", "", "", 0)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, default=asdict) + "\n"
