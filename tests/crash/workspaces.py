"""The same workspace after each command of a day, and what two of them have to have alike."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.nursery import End, Job, Nursery
from tests.unit.store.test_schema import RELEASED, load

DAY = "2026-08-07"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "init": ("init",),
    "ingest": ("ingest", "../papers.jsonl", "--digest", DAY),
    "import": ("annotations", "import", "../annotations.jsonl"),
    "export": ("annotations", "export", "--output", "labels.jsonl"),
    "predict": ("predict", "--all"),
    "bulk": ("bulk", "../papers.jsonl", "--out", "bulk", "--shard-size", "2", "--workers", "1"),
    "accept": ("review", "accept", "p1", "p2", "--tag", "modality:text", "--tag", "task:agents", "--by", "ann"),
    "reject": ("review", "reject", "p1", "--tag", "modality:text", "--by", "bob"),
    "publish": ("publish", "--digest", DAY, "--out", "site", "--withhold"),
    "archive": ("archive", "--out", "archive", "--withhold"),
    "rename": ("tags", "rename", "task:agents", "tool-use", "--name", "Tool use"),
    "backup": ("backup",),
    "restore": ("restore", "../backup.zip"),
    "merge": ("tags", "merge", "modality:audio", "--into", "modality:speech"),
    "retire": ("tags", "retire", "modality:graph"),
    "add": ("tags", "add", "task:tool-making", "--means", "Makes tools", "--also", "toolsmith"),
    "split": ("tags", "split", "modality:speech", "--into", "talk=Speech", "--into", "song=Singing"),
    "words": ("tags", "words", "--accept", "task:tool-making=blacksmith"),
    "promote": ("models", "promote", "starter", "--force"),
    "archive again": ("archive", "--out", "archive", "--withhold"),
    "remove": ("models", "remove", "starter"),
    "migrate": ("status",),
}
_names = list(COMMANDS)
# What has to happen before some of them.
_FIRST: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "init": (),
    "remove": (("predict", "--all"),),
    "migrate": (),
}
_TIMES = {"seq", "at", "recorded_at", "added_at", "changed_at", "replaced_at", "created_at", "applied_at"}


@dataclass
class Story:
    """What each command of an undisturbed day began with and left, in folders, and how it ended."""

    folder: Path
    nursery: Nursery
    ends: dict[str, End] = field(default_factory=dict)

    def before(self, name: str) -> Path:
        """Return the workspace as the command found it."""
        return self.folder / f"before {name}" if name in _FIRST else self.after(_names[_names.index(name) - 1])

    def after(self, name: str) -> Path:
        """Return the workspace as the command left it."""
        return self.folder / f"after {name}"

    def copy(self, name: str) -> Path:
        """Return a workspace of one's own, as the command finds it."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.before(name), copy)
        return copy


def _made_older(workspace: Path) -> None:
    """Give a workspace a database of the first schema, without a model that isn't there."""
    for path in workspace.glob("tagger.db*"):
        path.unlink()
    load(RELEASED[0], workspace / "tagger.db")
    with contextlib.closing(sqlite3.connect(workspace / "tagger.db")) as db:
        named = "SELECT sql FROM sqlite_master WHERE name = 'promotions_no_delete'"
        trigger = db.execute(named).fetchone()[0]
        db.executescript(f"DROP TRIGGER promotions_no_delete; DELETE FROM promotions; {trigger};")


def tell(folder: Path, nursery: Nursery) -> Story:
    """Run every command once, undisturbed."""
    story = Story(folder, nursery)
    papers = [
        {"id": f"p{i}", "title": f"Agents that read text, part {i}", "abstract": f"We train {i} language models."}
        for i in range(1, 5)
    ]
    said = {"annotator": "ann", "modality": ["text", "audio"], "task": ["agents"], "method-family": ["survey"]}
    labels = [{"id": "p1"} | said, {"id": "p3"} | said, {"id": "p4", "annotator": "ann", "skip": True}]
    for name, rows in (("papers", papers), ("annotations", labels)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    work = folder / "work"
    work.mkdir()
    for name, arguments in COMMANDS.items():
        if name == "migrate":
            _made_older(work)
        if name in _FIRST:
            for first in _FIRST[name]:
                nursery.run(Job(str(work), first))
            shutil.copytree(work, story.before(name))
        story.ends[name] = nursery.run(Job(str(work), arguments))
        assert story.ends[name].code == 0, (name, story.ends[name])
        shutil.copytree(work, story.after(name))
        if name == "publish":  # what the restore goes back to
            kept = json.loads(nursery.run(Job(str(work), ("backup", "--to", "../kept", "--json"))).output)
            shutil.move(folder / kept["file"].removeprefix("../"), folder / "backup.zip")
    return story


def state(workspace: Path) -> dict[str, object]:
    """Return every file but backups and the history, and every row of the database, but for times and order."""
    found: dict[str, object] = {}
    for path in workspace.rglob("*"):
        name = str(path.relative_to(workspace))
        if path.is_file() and not name.startswith(("tagger.db", "history.db", "backups/")):
            content = path.read_bytes()
            if path.name == "manifest.json":
                manifest = json.loads(content)
                content = json.dumps(manifest | {"version": manifest["version"] | {"created_at": ""}}).encode()
            found[name] = content
    if (workspace / "tagger.db").exists():
        found["tagger.db"] = _rows(workspace / "tagger.db")
    return found


def _rows(path: Path) -> dict[str, list[str]]:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    try:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: sorted(
                repr({key: row[key] for key in row.keys() if key not in _TIMES})
                for row in db.execute(f'SELECT * FROM "{name}"')
            )
            for name in names
            if not name.startswith(("paper_stems", "paper_words"))  # an index, which doctor compares with the papers
        }
    finally:
        db.close()
