"""A folder of sources, of any formats; also one that Hugging Face's ``datasets`` saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources.records import Parsed, Rejected, collect

_NAMED_IN_NOTE = 5


def read_folder(folder: Path, parse: Callable[[bytes], Parsed]) -> Parsed:
    """Read every file below a folder that is a source; what is left out is noted. Raises SourceError if none is one."""
    found: list[Entry | Rejected] = []
    notes: list[str] = []
    day_notes: list[str] = []
    left: list[str] = []
    read = 0
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        try:
            parsed = parse(path.read_bytes()).within(name)
        except (SourceError, OSError) as error:
            left.append(f"{name} ({getattr(error, 'message', None) or getattr(error, 'strerror', None) or error})")
            continue
        read += 1
        found += [*parsed.entries, *parsed.rejected]
        notes += parsed.notes
        day_notes += parsed.day_notes
    if not read:
        raise SourceError("no file in this folder is a source", "`tagger ingest --help` tells what can be read")
    if left:
        more = f" and {len(left) - _NAMED_IN_NOTE} more" if len(left) > _NAMED_IN_NOTE else ""
        notes.append(f"left out: {'; '.join(left[:_NAMED_IN_NOTE])}{more}")
    return collect("folder", found, notes=notes, day_notes=day_notes)


def files_of(folder: Path) -> Iterator[Path]:
    """Yield files in order; hidden ones not, and of a saved dataset only those that its state names."""
    datasets: dict[Path, set[str] | None] = {}
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts) or not path.is_file():
            continue
        if path.parent not in datasets:
            datasets[path.parent] = _data_files(path.parent / "state.json")
        of_dataset = datasets[path.parent]
        if path.name != "dataset_dict.json" and (of_dataset is None or path.name in of_dataset):
            yield path


def _data_files(state: Path) -> set[str] | None:
    try:
        named = json.loads(state.read_bytes())["_data_files"]
        return {item["filename"] for item in named}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # no dataset
