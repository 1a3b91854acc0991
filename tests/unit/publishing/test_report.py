"""The report as a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tagger.domain.report import Section
from tagger.learning.report import evaluation_sections
from tagger.learning.report_plots import drift_picture
from tagger.publishing import report_page
from tests.conftest import NOW
from tests.unit.learning.evaluations import made_up, tag_set_of
from tests.unit.publishing.digest import HOSTILE


def page() -> bytes:
    """Return a report on what is made up, with hostile names, a picture more, and a section that tells nothing."""
    drift = drift_picture(["2026-W30", "2026-W31"], [0.8, 0.7], [0.2, 0.3], HOSTILE)
    sections = [
        *evaluation_sections(made_up(tag_set_of(4, 2), curve=True), 0),
        Section(HOSTILE, f"Told: {HOSTILE}", (drift,), ("week", HOSTILE), [("2026-W30", HOSTILE)]),
        Section("Agreement", "No paper was annotated by two people."),
    ]
    return report_page(HOSTILE, sections, NOW)


def test_nothing_that_is_told_becomes_markup() -> None:
    shown = page().decode()
    assert HOSTILE not in shown
    assert re.findall(r"<(script|iframe|object|link rel=\"stylesheet\")", shown) == []


def test_every_picture_is_there_for_light_and_dark_and_says_what_it_shows() -> None:
    shown = page().decode()
    images = re.findall(r"<img [^>]*>", shown)
    assert len(images) == len(re.findall(r"<source media=.\(prefers-color-scheme: dark\)", shown)) > 6
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
    assert not re.search(r'(?:src|href|srcset)="(?!data:|#s)', shown), "something is loaded from elsewhere"


def test_the_same_report_gives_the_same_bytes_and_is_well_formed() -> None:
    shown = page()
    assert shown == page()
    body = re.sub(r"<(meta|link|img|source)([^>]*)>", r"<\1\2/>", shown.decode().partition("\n")[2])
    headings = [heading.text for heading in ElementTree.fromstring(body).iter("h2")]
    assert headings[0] == "How good it is" and headings[-2:] == [HOSTILE, "Agreement"]


def test_a_section_without_figures_is_a_sentence() -> None:
    shown = report_page("T", [Section("Drift", "Too few.")], NOW).decode()
    assert "<p>Too few.</p>" in shown and "<table" not in shown and "<figure" not in shown
