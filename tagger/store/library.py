"""Loads sqlite-utils fast."""

import sys


def import_sqlite_utils() -> None:
    """Import sqlite-utils without pandas and numpy, which it takes along where they are installed.

    It needs them for rows that hold their types, which none here does, and they would cost every command the greater
    part of its time.
    """
    hidden = {name for name in ("pandas", "numpy") if name not in sys.modules}
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # a module that is None can't be imported
    try:
        import sqlite_utils  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
