"""Opens workspaces for the other steps."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.domain.text import clean
from tagger.errors import ModelError, SettingsError, StoreError
from tagger.review import PaperState, paper_state
from tagger.settings import Settings, read_settings
from tagger.steps.backup import back_up_before, check_restored
from tagger.store import Store, open_store
from tagger.tagset import read_tag_set


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
            return clean(self.settings.curator or getpass.getuser())
        except (KeyError, ImportError, OSError) as error:
            hint = "Give --by NAME, or set `curator` in tagger.toml"
            raise SettingsError("the system doesn't know your name", hint) from error

    def digest_papers(self, day: date) -> list[Paper]:
        """Return the papers of a digest in its order. Raises StoreError if there is no such digest."""
        self.check_digest(day)
        return self.store.papers.in_digest(day)

    def check_digest(self, day: date) -> None:
        """Raise StoreError if there is no digest of that day."""
        if not self.store.papers.has_digest(day):
            raise StoreError(f"there is no digest of {day}", "`tagger status` lists the digests")

    def states(self, paper_ids: list[str] | None = None, *, only_tags: bool = False) -> dict[str, PaperState]:
        """Return where each paper stands, in the order of the ids; of all papers if none are given.

        With ``only_tags``, which is several times as fast, without what rests on suggestions' scores: these, their
        evidence, and ``unasked``.
        """
        ids = [p.id for p in self.store.papers.all()] if paper_ids is None else paper_ids
        suggestions = self.store.suggestions.of(paper_ids, only_tags=only_tags)
        annotations = self.store.labels.annotations(paper_ids)
        decisions = self.store.labels.decisions(paper_ids)
        said = {i: (suggestions.get(i, []), annotations.get(i, []), decisions.get(i, [])) for i in ids}
        model = self.store.models.current_name()
        return {i: paper_state(i, self.tag_set, *said[i], model) for i in ids}

    def current_model(self) -> Path:
        """Return the folder of the current model version. Raises ModelError if there is none yet."""
        name = self.store.models.current_name()
        if name is None:
            raise ModelError("there is no model version yet", "`tagger train` makes one, also before the first label")
        return self.settings.models / name


@contextlib.contextmanager
def open_workspace(folder: Path) -> Iterator[Workspace]:
    """Open the workspace in ``folder`` while the context lasts. Raises the TaggerError that says what is wrong."""
    check_restored(folder)
    settings = read_settings(folder)
    tag_set = read_tag_set(settings.tag_set_file)
    with open_database(settings, tag_set) as store:
        yield Workspace(settings, tag_set, store)


def open_database(settings: Settings, tag_set: TagSet | None = None, *, create: bool = False) -> Store:
    """Open a workspace's database; an older one is backed up before it is brought up to date. Raises StoreError."""
    backing_up = partial(back_up_before, settings, "migration")
    return open_store(settings.database, tag_set, create=create, before_migrating=backing_up)
