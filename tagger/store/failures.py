"""What SQLite's failures mean for a person."""

DAMAGED = (
    "The file is damaged or isn't a tagger database; `tagger restore` puts a backup in its place. "
    "`tagger doctor` tells more"
)


def is_of_the_file(error: BaseException) -> bool:
    """Return whether the file or the disk is to blame: broken rules and wrong calls are bugs and stay what they are."""
    import sqlite3

    bugs = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError)
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, bugs)


def hint(error: BaseException) -> str:
    """Return what to do about a failure of the file."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return "Another tagger command is writing; try again when it is done"
    if any(sign in text for sign in ("not a database", "malformed", "no such", "decode")):
        return DAMAGED
    return "Is the disk full, or the folder read-only?"
