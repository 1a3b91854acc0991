"""Makes workspaces, with the starter in them where it knows their tags."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from tagger.domain.tags import TagSet
from tagger.errors import TagSetError
from tagger.files import new_folder
from tagger.learning import package
from tagger.learning.starter import STARTER, starter_folder
from tagger.settings import GUIDE_NAME, Settings, new_workspace, write_config
from tagger.steps.models import knows
from tagger.steps.workspace import open_database
from tagger.store import Store
from tagger.tagset import default_tag_set_file, read_tag_set


def init(folder: Path, tag_set_file: Path | None, now: datetime) -> tuple[Settings, bool]:
    """Make a workspace in ``folder`` with a tag set of one's own or the default one; what is there already stays.

    Where the starter knows the tags and there is no other model version, it becomes the current one. Returns the
    workspace's settings, and whether anything had to be made. Raises TagSetError if the tag set is faulty, and
    SettingsError if the folder can't be written.
    """
    file = tag_set_file or default_tag_set_file()
    tag_set = read_tag_set(file)
    present = folder / "tags.yaml"
    if tag_set_file and present.exists() and read_tag_set(present).fingerprint != tag_set.fingerprint:
        raise TagSetError(f"{present} is another tag set already", "Edit it, or make a new workspace for this one")
    before = _contents(folder)
    guide = file.with_name(GUIDE_NAME)
    settings = new_workspace(folder, file.read_bytes(), guide.read_bytes() if guide.is_file() else None)
    with open_database(settings, create=True) as store:
        _install_starter(settings, store, read_tag_set(settings.tag_set_file), now)
    write_config(folder)
    return settings, _contents(folder) != before


def _contents(folder: Path) -> dict[str, int]:
    """Return the names of what a folder holds, and what of it is empty, as a database is that was begun and cut."""
    found = {}
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found[path.name] = min(path.stat().st_size, 1)
    return found


def _install_starter(settings: Settings, store: Store, tag_set: TagSet, now: datetime) -> None:
    if store.models.current_name() is not None or not knows(starter_folder(), tag_set):
        return
    folder = settings.models / STARTER
    if not folder.exists():
        with new_folder(folder) as partial:
            shutil.copytree(starter_folder(), partial, dirs_exist_ok=True)
    package.verify(folder)
    with store.write():
        store.models.save(package.read_version(folder))
        store.models.promote(STARTER, now)
