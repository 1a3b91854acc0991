"""``digest.txt``: messages to paste or send into Slack or Discord."""

from __future__ import annotations

from tagger.domain.latex import readable_latex
from tagger.publishing.plain_text import one_line, shortened
from tagger.publishing.view import PublishedPaper, TaggedDigest

SEPARATOR = "\n-----\n"
"""What stands between two messages: a line that no message holds."""
LIMIT = 2000
"""What Discord takes in one message, here in UTF-16 units so that it holds however characters are counted."""

_TITLE, _TAGS = 300, 400
# Backslashes escape in Discord and show in Slack, so marks become characters that look the same and mean nothing.
_MASKED = str.maketrans(
    {"@": "＠", "<": "‹", ">": "›", "*": "∗", "_": "＿", "~": "∼", "`": "ˋ", "|": "∣", "[": "［", "]": "］", "\\": "∖"}
)


def chat_messages(digest: TaggedDigest) -> bytes:
    """Return one line a paper (title, link, tags) under a line for the digest, in messages of at most ``LIMIT``.

    Nothing in a title or a tag mentions anybody, is a link or sets type.
    """
    withheld = f", {digest.withheld} more await review" if digest.withheld else ""
    title = shortened(_masked(digest.title), _TITLE)
    # The day comes first: no message begins with what a title might begin with, such as a heading's mark.
    lines = [f"{digest.day.isoformat()}, {title}: {len(digest.papers)} papers{withheld}"]
    lines += [_line(published) for published in digest.papers]
    messages = [lines[0]]
    for line in lines[1:]:
        together = f"{messages[-1]}\n{line}"
        if _length(together) <= LIMIT:
            messages[-1] = together
        else:
            messages.append(line)
    return (SEPARATOR.join(messages) + "\n").encode()


def _line(published: PublishedPaper) -> str:
    title = shortened(_masked(readable_latex(published.paper.title)), _TITLE)
    tags = shortened(", ".join(dict.fromkeys(_masked(tag.name) for tag in published.all_tags)), _TAGS)
    # In angle brackets a link is one in both, and Discord shows no preview of it.
    link = f"<{published.link.replace('@', '%40')}>" if published.link else ""
    line = " — ".join(part for part in (f"• {title}", link, tags) if part)
    return line if _length(line) <= LIMIT else " — ".join(part for part in (f"• {title}", tags) if part)


def _masked(text: str) -> str:
    return one_line(text).translate(_MASKED).replace("://", ": //")


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
