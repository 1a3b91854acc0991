"""The labelling page as a person at a browser has it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page, ViewportSize, expect

from tests.contract.conftest import Person

LAPTOP, SCREEN = ViewportSize(width=1366, height=768), ViewportSize(width=1920, height=1080)


@contextmanager
def at_the_page(browser: Browser, url: str, person: Person) -> Iterator[Page]:
    """Open a project's labelling page for a person who is signed in; no script of a paper's may have run in it."""
    context = browser.new_context(viewport=LAPTOP)
    cookies = person.client.cookies.jar
    context.add_cookies([{"name": c.name, "value": c.value or "", "url": url} for c in cookies])
    page = context.new_page()
    spoken: list[str] = []

    def hear(dialog: Dialog) -> None:
        spoken.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    page.goto(url)
    try:
        yield page
    finally:
        context.close()
    assert spoken == []


def wait_for_paper(page: Page, title: str) -> None:
    expect(page.locator(".tagger-paper h3")).to_have_text(title, timeout=30_000)
    page.wait_for_timeout(300)  # what a suggestion fills in comes a moment later, and keys after it


def chosen(page: Page) -> list[str]:
    """Return the chosen tags as dimension and tag, in the page's order."""
    script = "found => found.map(e => e.dataset.tag)"
    found: list[str] = page.eval_on_selector_all("label.ant-checkbox-wrapper-checked [data-tag]", script)
    return found


def look(page: Page, name: str, folder: Path) -> None:
    """Save how the page looks on a laptop and on a large screen, to look at; nothing may stick out sideways."""
    folder = Path(os.environ.get("TAGGER_SCREENSHOTS", folder))
    folder.mkdir(parents=True, exist_ok=True)
    for size in (SCREEN, LAPTOP):
        page.set_viewport_size(size)
        page.wait_for_timeout(150)
        page.screenshot(path=folder / f"{name}-{size['width']}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        box = page.locator(".tagger-page").bounding_box()
        assert box is not None and box["width"] > 0.95 * size["width"]
