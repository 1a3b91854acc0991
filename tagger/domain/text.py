"""Text on one line, as every title, tag and person's name is kept; and text that may be shown."""

import re

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# The second form is of passwords that nobody escaped; a port isn't one.
_USER = re.compile(r"://(?:[^/?#\s]*|[^/?#\s@:]*:(?!\d+(?:/|$))\S*)@")
_SECRET = re.compile(r"(?i)([?&#][\w.-]*(?:key|token|secret|password|passwd|pwd|signature|sig|auth)=)[^&#\s]+")


def clean(text: str) -> str:
    """Return text on one line: runs of white space and control characters are a space, lone surrogates U+FFFD."""
    if not text.isprintable():  # as surrogates and zeros aren't either
        text = _SURROGATE.sub("\ufffd", text).replace("\0", "")
        # Format characters such as joiners are part of some scripts; line and control characters are not.
        text = "".join(" " if c.isspace() or ord(c) < 32 or 127 <= ord(c) < 160 else c for c in text)
    return " ".join(text.split())


def without_secrets(text: str) -> str:
    """Return text in which URLs lack users and passwords, and what their queries give as a key, token or the like."""
    return _SECRET.sub(r"\1…", _USER.sub("://", text))
