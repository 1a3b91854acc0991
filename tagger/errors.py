"""Failures that a user can act on. Everything else that escapes is a bug and keeps its traceback."""

LONGEST = 2000
"""So many characters of a text are shown: what it quotes of a file may be the whole file."""


def in_one_line(text: str, most: int = LONGEST) -> str:
    """Return text on one line, and no more than ``most`` characters of it."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


class TaggerError(Exception):
    """A failure in words for a person: what went wrong and where, and a hint what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and its hint as one line."""
        message = in_one_line(self.message)
        return f"{message}. {in_one_line(self.hint)}" if self.hint else message


class SettingsError(TaggerError):
    """The workspace or its ``tagger.toml`` is missing or wrong."""


class TagSetError(TaggerError):
    """A tag set file can't be used, or a tag or dimension isn't in the tag set."""


class SourceError(TaggerError):
    """Papers or annotations from outside can't be read."""


class StoreError(TaggerError):
    """The database is missing, foreign, newer than this program, busy, or doesn't hold what was asked for."""


class StudioError(TaggerError):
    """Label Studio can't be started or reached, or it refused or lost something."""


class LearningError(TaggerError):
    """There is not enough to learn from, or the encoder can't be used."""


class ModelError(TaggerError):
    """A model version is missing, damaged, foreign or newer than this program."""


class ReviewError(TaggerError):
    """A decision names something that doesn't await one."""


class PublishingError(TaggerError):
    """The digest can't be published as it stands."""


class BulkError(TaggerError):
    """A run over an archive can't be begun, gone on with or brought to its end."""


class BackupError(TaggerError):
    """A backup can't be made or kept where it should, or a file isn't a whole backup."""
