"""Gets into Label Studio over HTTP where the SDK can't: health, and a token without a click."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from tagger.errors import StudioError
from tagger.files import write_file
from tagger.studio.installation import FLOOR_VERSION, TESTED_VERSION, is_older

TIMEOUT_S = 30.0


def server_url(raw: str) -> str:
    """Return a server's address without a slash at its end. Raises StudioError if it isn't one of the web."""
    import httpx

    try:
        parsed = httpx.URL(raw)
        parsed.host.encode("idna")
        usable = parsed.scheme in ("http", "https") and parsed.host != ""
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise StudioError(f"'{raw}' is no address of a server", "Give one such as https://labels.example.org")
    return raw.rstrip("/")


def uses_proxies(url: str) -> bool:
    """Return whether the environment's proxies may see what is sent to ``url``: never what stays on this machine."""
    import httpx

    host = httpx.URL(url).host
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def answers(url: str) -> bool:
    """Return whether a Label Studio answers at ``url``."""
    import httpx

    try:
        response = httpx.get(f"{url}/health", timeout=3.0, trust_env=uses_proxies(url))
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError):  # the latter are of proxies that can't be used
        return False
    return response.status_code == 200


def find_version(url: str) -> str | None:
    """Return the version of the Label Studio at ``url``, or None if it doesn't tell."""
    import httpx

    try:
        answer = httpx.get(f"{url}/api/version", timeout=TIMEOUT_S, trust_env=uses_proxies(url), follow_redirects=True)
        return str(answer.json()["release"])
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError, KeyError, TypeError):
        return None


def check_version(url: str) -> str:
    """Return in words how the version at ``url`` differs from the tested one; empty if it is that one.

    Raises StudioError for one whose known holes were closed later.
    """
    found = find_version(url)
    if found is not None and is_older(found, FLOOR_VERSION):
        hint = f"Upgrade it: tagger was tested with {TESTED_VERSION}"
        raise StudioError(f"Label Studio at {url} is version {found}; before {FLOOR_VERSION} it has known holes", hint)
    if found == TESTED_VERSION:
        return ""
    return f"Label Studio is of {f'version {found}' if found else 'unknown version'}; tested is {TESTED_VERSION}"


def renew_token(url: str, login: str, password: str, token_file: Path) -> None:
    """Make sure that ``token_file`` (mode 0600) holds a personal access token that works.

    If it doesn't, one is asked for as a person would by signing in. Raises StudioError if that is refused.
    """
    if token_file.exists() and _is_accepted(url, token_file.read_text().strip()):
        token_file.chmod(0o600)
        return
    write_file(token_file, _new_token(url, login, password) + "\n", mode=0o600)


def _is_accepted(url: str, token: str) -> bool:
    import httpx

    try:
        response = httpx.post(f"{url}/api/token/refresh", json={"refresh": token}, timeout=TIMEOUT_S, trust_env=False)
    except httpx.HTTPError as error:
        raise StudioError(f"Label Studio at {url} broke off: {error}", "Try again") from error
    return response.status_code == 200


def _new_token(url: str, login: str, password: str) -> str:
    import httpx

    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False, headers={"Referer": url}) as client:
            client.get("/user/login/")
            form = {"email": login, "password": password, "csrfmiddlewaretoken": client.cookies.get("csrftoken", "")}
            client.post("/user/login/", data=form)
            signed = {"X-CSRFToken": client.cookies.get("csrftoken") or ""}
            answer = client.post("/api/token/", headers=signed)
            if answer.status_code == 409:  # there is one that we have lost, and the server tells none twice: revoke it
                for former in client.get("/api/token/").json():
                    client.post("/api/token/blacklist/", json={"refresh": former["token"]}, headers=signed)
                answer = client.post("/api/token/", headers=signed)
    except httpx.HTTPError as error:
        raise StudioError(f"Label Studio at {url} broke off: {error}", "Try again") from error
    if answer.status_code != 201:
        hint = "If its password was changed, put the new one in the workspace's studio/password"
        raise StudioError(f"Label Studio at {url} gives no token (it answers {answer.status_code})", hint)
    return str(answer.json()["token"])
