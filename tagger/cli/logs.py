"""What is logged, on stderr: for people, or a JSON document a line for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from tagger.cli.output import printable
from tagger.domain.text import without_secrets
from tagger.errors import in_one_line

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime"}


def show_logs(verbosity: int, *, as_json: bool, run_id: str) -> None:
    """Show what is done (``verbosity`` 1) and each of its steps (2), and with neither, on a terminal, what takes long.

    ``as_json`` shows what is done in any case, each line with its time, level, logger, message, fields and ``run_id``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(run_id) if as_json else _Lines())
    if verbosity or as_json:
        log, level = logging.getLogger("tagger"), logging.DEBUG if verbosity > 1 else logging.INFO
    elif sys.stderr.isatty():
        log, level = logging.getLogger("tagger.store.connection"), logging.INFO
    else:
        return
    log.addHandler(handler)
    log.setLevel(level)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        return printable(in_one_line(f"{without_secrets(record.getMessage())}{fields}"))


class _JsonLines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        document = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": self._run_id,
            "message": without_secrets(record.getMessage()),
        }
        return json.dumps(document | _fields(record), ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """Return what was given as ``extra``."""
    found = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in found.items()}
