"""A workspace's own templates."""

from pathlib import Path

import pytest

from tagger.errors import PublishingError
from tagger.publishing import render_digest
from tests.unit.publishing.digest import digest


def page(templates: Path) -> str:
    return render_digest(digest(), templates)["index.html"].decode()


def test_a_template_of_the_workspace_takes_the_place_of_a_part(tmp_path: Path) -> None:
    own = '{% extends "tagger/page.html" %}{% block footer %}<p>From us: {{ digest.title }}</p>{% endblock %}'
    (tmp_path / "page.html").write_text(own)
    shown = page(tmp_path)
    assert "<p>From us: Daily &lt;Papers&gt;</p>" in shown
    assert "<footer>" not in shown and 'id="paper-2405.14906"' in shown


def test_a_style_of_the_workspace_is_allowed_by_the_policy(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("body { color: teal; }")
    shown = page(tmp_path)
    ours = render_digest(digest())["index.html"].decode()
    policy = next(line for line in shown.splitlines() if "Content-Security-Policy" in line)
    assert "body { color: teal; }" in shown
    assert policy not in ours and "style-src &#39;sha256-" in policy


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{% if %}", r"page\.html, line 1"),
        (b"{{ digest.nothing_such }}", "nothing_such"),
        (b'{% extends "missing.html" %}', r"missing\.html"),
        (b"\xff\xfe", "utf-8"),
    ],
)
def test_a_wrong_template_is_told_with_its_folder(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "page.html").write_bytes(content)
    with pytest.raises(PublishingError, match=told) as caught:
        page(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_no_folder_of_templates_is_no_fault(tmp_path: Path) -> None:
    assert page(tmp_path / "none") == render_digest(digest())["index.html"].decode()
