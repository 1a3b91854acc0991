"""The labelling page in a real Label Studio: what an annotator sees, presses and submits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tagger.domain.labels import Suggestion
from tagger.domain.model import no_progress
from tagger.domain.paper import Entry, Paper
from tagger.studio.annotations import changed_since
from tagger.studio.project import open_project
from tagger.studio.server import LOGIN
from tagger.studio.tasks import add_suggestions, create_tasks
from tagger.tagset import default_tag_set_file, read_tag_set
from tests.conftest import NOW
from tests.contract.conftest import RunningServer

pytestmark = [pytest.mark.slow, pytest.mark.studio]
PAPER = Paper("p1", "Whales <b>sing</b> & we listen", "An abstract with <script>alert(1)</script> in it.")


def test_suggestions_are_prefilled_and_submitted_with_keys(server: RunningServer, browser: Browser) -> None:
    tag_set = read_tag_set(default_tag_set_file())
    modality, task, family = tag_set.dimensions
    tags = {modality.id: ("audio",), task.id: ("audio-processing",), family.id: ("diffusion",)}
    scores = {d.id: {t: 0.9 if t in tags[d.id] else 0.1 for t in d.tag_ids} for d in tag_set.dimensions}
    with open_project(server.url, server.token, None, tag_set, "Browser test") as project:
        created = create_tasks(project, [Entry(PAPER)], no_progress)
        suggestion = Suggestion(PAPER.id, "m1", NOW, tags, scores, needs_review=False)
        add_suggestions(project, [(created["p1"], suggestion)], no_progress)
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        page = context.new_page()
        page.goto(f"{server.url}/user/login/")
        page.fill("input[name=email]", LOGIN)
        page.fill("input[name=password]", (server.folder / "password").read_text().strip())
        page.click("button[type=submit]")
        page.goto(project.labelling_url)
        expect(page.get_by_text("Whales <b>sing</b> & we listen")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
        boxes = page.locator("input[type=checkbox]")
        shown = [box.get_attribute("name") for box in boxes.all() if box.is_checked()]
        assert shown == ["Audio", "Audio processing", "Diffusion and flow"], "the suggestion isn't pre-filled"
        page.keyboard.press("1")
        with page.expect_response(lambda r: r.request.method == "POST" and "/annotations" in r.url) as answer:
            page.get_by_test_id("bottombar-submit-button").click()
        assert answer.value.ok
        expect(page.get_by_text("Whales <b>sing</b> & we listen")).not_to_be_visible(timeout=15_000)
        context.close()
        (found,) = [a for p in changed_since(project, None, no_progress) for a in p.annotations]
    assert dict(found.annotation.tags) == {**tags, modality.id: ("text", "audio")}
    assert found.from_suggestion == "m1" and found.annotation.annotator == LOGIN
