"""Makes and opens workspaces for the other steps."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import ModelError, SettingsError, StoreError, TagSetError
from tagger.review import PaperState, paper_state
from tagger.settings import Settings, new_workspace, read_settings
from tagger.store import Store, open_store
from tagger.tagset import default_tag_set_file, read_tag_set


@dataclass(frozen=True)
class Workspace:
    """An open workspace: its settings, tag set and database."""

    settings: Settings
    tag_set: TagSet
    store: Store

    @property
    def curator(self) -> str:
        """The name of the person at the keyboard. Raises SettingsError if neither settings nor the system know it."""
        try:
            return self.settings.curator or getpass.getuser()
        except (KeyError, ImportError, OSError) as error:
            hint = "Give --by NAME, or set `curator` in tagger.toml"
            raise SettingsError("the system doesn't know your name", hint) from error

    def digest_papers(self, day: date) -> list[Paper]:
        """Return the papers of a digest in its order. Raises StoreError if there is no such digest."""
        found = self.store.papers.in_digest(day)
        if not found:
            raise StoreError(f"there is no digest of {day}", "`tagger status` lists the digests")
        return found

    def states(self, paper_ids: list[str] | None = None) -> dict[str, PaperState]:
        """Return where each paper stands, in the order of the ids; of all papers if none are given."""
        ids = [p.id for p in self.store.papers.all()] if paper_ids is None else paper_ids
        suggestions = self.store.suggestions.of(paper_ids)
        annotations = self.store.labels.annotations(paper_ids)
        decisions = self.store.labels.decisions(paper_ids)
        return {
            i: paper_state(i, self.tag_set, suggestions.get(i, []), annotations.get(i, []), decisions.get(i, []))
            for i in ids
        }

    def current_model(self) -> Path:
        """Return the folder of the current model version. Raises ModelError if there is none yet."""
        name = self.store.models.current_name()
        if name is None:
            raise ModelError("there is no model version yet", "`tagger train` makes one from what is annotated")
        return self.settings.models / name


def init(folder: Path, tag_set_file: Path | None) -> tuple[Settings, bool]:
    """Make a workspace in ``folder`` with a tag set of one's own or the default one; what is there already stays.

    Returns its settings, and whether anything had to be made. Raises TagSetError if the tag set is faulty, and
    SettingsError if the folder can't be written.
    """
    file = tag_set_file or default_tag_set_file()
    tag_set = read_tag_set(file)
    present = folder / "tags.yaml"
    if tag_set_file and present.exists() and read_tag_set(present).fingerprint != tag_set.fingerprint:
        raise TagSetError(f"{present} is another tag set already", "Edit it, or make a new workspace for this one")
    before = _contents(folder)
    settings = new_workspace(folder, file.read_bytes())
    open_store(settings.database, create=True).close()
    return settings, _contents(folder) != before


def _contents(folder: Path) -> dict[str, int]:
    """Return the names of what a folder holds, and what of it is empty, as a database is that was begun and cut."""
    found = {}
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found[path.name] = min(path.stat().st_size, 1)
    return found


@contextlib.contextmanager
def open_workspace(folder: Path) -> Iterator[Workspace]:
    """Open the workspace in ``folder`` while the context lasts. Raises the TaggerError that says what is wrong."""
    settings = read_settings(folder)
    tag_set = read_tag_set(settings.tag_set_file)
    with open_store(settings.database) as store:
        yield Workspace(settings, tag_set, store)
