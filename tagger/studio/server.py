"""The local Label Studio: started for one workspace, bound to loopback, reporting to nobody."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tagger.domain.model import Progress
from tagger.errors import StudioError
from tagger.files import held, write_file
from tagger.liveness import birth
from tagger.studio.access import answers, renew_token
from tagger.studio.installation import find_server

LOGIN = "curator@tagger.local"
HOST = "127.0.0.1"
_FIRST_PORT = 8321
# Label Studio's own list (core/utils/io.py) without 127.0.0.0/8.
BANNED_SUBNETS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
    *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4"),
    *("233.252.0.0/24", "240.0.0.0/4", "255.255.255.255/32", "::/128", "::1/128", "::ffff:0:0/96", "::ffff:0:0:0/96"),
    *("64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:0000::/32", "2001:20::/28", "2001:db8::/32", "2002::/16"),
    *("fc00::/7", "fe80::/10", "ff00::/8"),
)
START_TIMEOUT_S = 240
STOP_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class _Record:
    """What is remembered of a started server. ``born`` tells it from another process with the same number."""

    port: int
    pid: int
    born: str


@dataclass(frozen=True, slots=True)
class Server:
    """The local server. ``url`` is empty if it was never started."""

    running: bool
    url: str
    token_file: Path
    login: str = LOGIN


def server_status(folder: Path) -> Server:
    """Return whether the server whose files are in ``folder`` runs, and where."""
    record = _read_record(folder)
    url = f"http://{HOST}:{record.port}" if record else ""
    return Server(record is not None and _is_alive(record) and answers(url), url, folder / "token")


def start_server(folder: Path, *, port: int | None, progress: Progress) -> Server:
    """Start the server, wait until it answers, and make sure there is a token that works.

    One that runs already is used. The port is the one it had before, if that is free and no other is asked for. Raises
    StudioError if it isn't installed, dies, or doesn't answer in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / "lock"):
        record = _read_record(folder)
        if record is None or not _is_alive(record):
            # One workspace at a time: a server whose port was just taken by another's would take the next, unasked.
            with held(_executable()):
                record = _launch(folder, _choose_port(port, record))
                _wait(folder, record, progress)
        elif port not in (None, record.port):
            raise StudioError(f"Label Studio runs on port {record.port} already", "`tagger studio stop` stops it")
        else:
            _wait(folder, record, progress)
        url = f"http://{HOST}:{record.port}"
        renew_token(url, LOGIN, _password(folder), folder / "token")
        return Server(True, url, folder / "token")


def stop_server(folder: Path) -> bool:
    """Stop the server and wait until it is gone. Returns False if it didn't run."""
    if not folder.is_dir():
        return False
    with held(folder / "lock"):
        record = _read_record(folder)
        if record is None or not _is_alive(record):
            return False
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):  # it may end by itself right now, which is what is wanted
                os.killpg(record.pid, kind)
            deadline = time.monotonic() + STOP_TIMEOUT_S
            while time.monotonic() < deadline:
                if not _is_alive(record) and _is_free(record.port):
                    return True
                time.sleep(0.1)
    raise StudioError(f"Label Studio (process {record.pid}) doesn't stop", f"End it with kill -9 {record.pid}")


def _executable() -> Path:
    executable = find_server()
    if executable is None:
        raise StudioError(
            "Label Studio isn't installed", "`tagger studio install` installs it; `--url` uses another server"
        )
    return executable


def _launch(folder: Path, port: int) -> _Record:
    _birth(os.getpid())  # where this can't be told, the server would be lost as soon as it ran
    data = folder / "data"
    data.mkdir(exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [str(_executable()), "start", "--no-browser", "--internal-host", HOST, "--port", str(port)],
            env=_environment(folder, data, port),
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    record = _Record(port, process.pid, _birth(process.pid) or "")
    try:
        write_file(folder / "server.json", json.dumps(asdict(record)) + "\n")
    except BaseException:  # a server that nobody knows of would keep the port, and a second one would share its data
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    process.returncode = 0  # the server outlives this command on purpose; Python need not warn of it
    return record


def _environment(folder: Path, data: Path, port: int) -> dict[str, str]:
    """Return the server's environment: nothing is reported to its makers, and nobody can sign up by themselves."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LABEL_STUDIO", "DJANGO", "PYTHON"))}
    return kept | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_HOST": f"http://{HOST}:{port}",
        "LABEL_STUDIO_USERNAME": LOGIN,
        "LABEL_STUDIO_PASSWORD": _password(folder),
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "false",
        # Webhooks may reach this machine, for `tagger studio watch`, and no other address of a private network.
        "USE_DEFAULT_BANNED_SUBNETS": "false",
        "USER_ADDITIONAL_BANNED_SUBNETS": ",".join(BANNED_SUBNETS),
    }


def _wait(folder: Path, record: _Record, progress: Progress) -> None:
    started = time.monotonic()
    while (waited := time.monotonic() - started) < START_TIMEOUT_S:
        answered = answers(f"http://{HOST}:{record.port}")
        if not _is_alive(record):  # what answers there, if anything does, is another's
            lines = (folder / "server.log").read_text(errors="replace").strip().splitlines()
            last = lines[-1] if lines else "it said nothing"
            raise StudioError(
                f"Label Studio ended while it started: {last}", f"The whole story is in {folder}/server.log"
            )
        if answered:
            progress("starting Label Studio", START_TIMEOUT_S, START_TIMEOUT_S)
            return
        progress("starting Label Studio", int(waited), START_TIMEOUT_S)
        time.sleep(0.3)
    hint = f"Look into {folder}/server.log; `tagger studio start` goes on waiting"
    raise StudioError(f"Label Studio didn't answer within {START_TIMEOUT_S} s", hint)


def _choose_port(wanted: int | None, former: _Record | None) -> int:
    """Return a free port: the wanted one or none, else the former one, else the first that is free."""
    if wanted is not None:
        if _is_free(wanted):
            return wanted
        raise StudioError(f"port {wanted} is in use", "Leave --port out to have a free one chosen")
    candidates = [former.port] if former else []
    candidates += range(_FIRST_PORT, _FIRST_PORT + 100)
    for port in candidates:
        if _is_free(port):
            return port
    raise StudioError(f"no port from {_FIRST_PORT} to {_FIRST_PORT + 99} is free", "Give one with --port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _password(folder: Path) -> str:
    path = folder / "password"
    if not path.exists():
        write_file(path, secrets.token_urlsafe(24) + "\n", mode=0o600)
    return path.read_text().strip()


def _read_record(folder: Path) -> _Record | None:
    try:
        return _Record(**json.loads((folder / "server.json").read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, RecursionError) as error:
        raise StudioError(f"{folder / 'server.json'} is damaged", "Delete it, then `tagger studio start`") from error


def _is_alive(record: _Record) -> bool:
    """Return whether that very process runs: after a restart of the machine its number may be another's."""
    return _birth(record.pid) == record.born != ""


def _birth(pid: int) -> str | None:
    try:
        return birth(pid)
    except OSError as error:
        hint = "Install it, or use a server of your own with `tagger studio start --url`"
        raise StudioError("the command `ps`, which tells whether Label Studio runs, isn't there", hint) from error
