"""The labelling page in a real Label Studio: what people see, press and submit, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Suggestion, standing_annotations
from tagger.domain.model import ModelVersion, no_progress
from tagger.domain.paper import Entry, Paper
from tagger.steps.init import init
from tagger.steps.publish import publish
from tagger.steps.pull import pull
from tagger.steps.push import Pushed, push
from tagger.steps.studio import start_studio
from tagger.steps.workspace import Workspace, open_workspace
from tests.contract.conftest import Person, RunningServer
from tests.contract.labelling import at_the_page, chosen, look, wait_for_paper

pytestmark = [pytest.mark.slow, pytest.mark.studio]
DAY = date(2026, 8, 7)


def now() -> datetime:
    return datetime.now().astimezone()


@contextmanager
def workspace_at(
    folder: Path, server: RunningServer, papers: list[Paper], tags: str | None = None
) -> Iterator[Workspace]:
    if tags:
        (folder / "source.yaml").write_text(tags)
    (folder / "token").write_text(server.token)
    init(folder, folder / "source.yaml" if tags else None, now())
    with open_workspace(folder) as workspace:
        with workspace.store.write():
            workspace.store.papers.save([Entry(paper, DAY) for paper in papers], now())
        start_studio(workspace, url=server.url, token_file=folder / "token", now=now(), progress=no_progress)
        yield workspace


def send(workspace: Workspace) -> Pushed:
    return push(workspace, now=now(), progress=no_progress)


def suggest(workspace: Workspace, model: str, paper: Paper, **tags: float) -> None:
    """Save a suggestion of the first tags of each dimension under names such as ``d0_3``: dimension 0, tag 3."""
    dimensions = workspace.tag_set.dimensions
    scores = {d.id: dict.fromkeys(d.tag_ids, 0.01) for d in dimensions}
    found: dict[str, dict[str, TagEvidence]] = {d.id: {} for d in dimensions}
    for name, score in tags.items():
        dimension = dimensions[int(name[1])]
        tag = dimension.tag_ids[int(name[3:])]
        scores[dimension.id][tag] = score
        if score >= 0.5:
            found[dimension.id][tag] = TagEvidence(12, {"words found": 1.0}, (FoundWord("whales", 1, 0),), ("sing",))
    chosen = workspace.tag_set.ordered(found)
    nearest = (LabelledPaper("q", "A labelled <i>one</i>", 0.71, chosen),)
    made = Suggestion(paper.id, model, now(), chosen, scores, needs_review=True, evidence=Evidence(found, nearest))
    with workspace.store.write():
        workspace.store.models.save(ModelVersion(model, now(), "minilm", 1, "f", "d", 5))
        workspace.store.models.promote(model, now())
        workspace.store.suggestions.save([(paper, made)])


def test_a_paper_is_labelled_by_keyboard_alone_and_is_in_the_store(
    server: RunningServer, curator: Person, browser: Browser, tmp_path: Path
) -> None:
    names = ", ".join(f"{{id: t.{i}, name: Tag <{i}> & more, means: 'The $meaning of {i}'}}" for i in range(80))
    tags = f"version: 1\ndimensions: [{{id: only, question: 'What & $where?', required: true, tags: [{names}]}}]\n"
    papers = [
        Paper(
            "2405.14906",
            "Whales <b>sing</b> & $O(n^2)$",
            "Says <script>alert(1)</script> & <img src=x onerror=alert(2)>",
        ),
        Paper("p2", "Nothing to judge", ""),
    ]
    with workspace_at(tmp_path, server, papers, tags) as workspace:
        sent = send(workspace)
        with at_the_page(browser, sent.page, curator) as page:
            wait_for_paper(page, "Whales <b>sing</b> & O(n²)")
            expect(page.get_by_text("Says <script>alert(1)</script> & <img src=x onerror=alert(2)>")).to_be_visible()
            link = page.get_by_role("link", name="2405.14906")
            assert link.get_attribute("href") == "https://arxiv.org/abs/2405.14906"
            look(page, "sixty-tags", tmp_path)
            page.keyboard.press("Control+Enter")
            expect(page.get_by_text("Choose at least one: What & $where?")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_text("Choose at least one: What & $where?")).not_to_be_visible()
            for key in ("2", "Shift+1", "/"):
                page.keyboard.press(key)
            page.keyboard.type("<79>")
            look(page, "finding", tmp_path)
            page.keyboard.press("Enter")
            page.keyboard.press("Control+Enter")
            assert chosen(page) == ["only t.1", "only t.36", "only t.79"]
            page.keyboard.press("Tab")
            expect(page.get_by_text("The $\u2060meaning of 3", exact=False).first).to_be_visible()
            look(page, "meanings", tmp_path)
            page.keyboard.press("Control+Enter")
            wait_for_paper(page, "Nothing to judge")
            page.keyboard.press("Control+Space")
            expect(page.locator(".tagger-paper h3")).not_to_be_visible(timeout=15_000)
        assert pull(workspace, now=now(), progress=no_progress).problems == []
        said = {i: standing_annotations(found)[0] for i, found in workspace.store.labels.annotations().items()}
        assert (
            said["2405.14906"].tags == {"only": ("t.1", "t.36", "t.79")}
            and said["2405.14906"].annotator == curator.email
        )
        assert said["p2"].skipped


def test_a_digest_is_reviewed_pulled_and_published(
    server: RunningServer, curator: Person, browser: Browser, tmp_path: Path
) -> None:
    papers = [Paper("p1", "Do whales sing?", "We listen."), Paper("p2", "Do whales dance?", "We look.")]
    with workspace_at(tmp_path, server, papers) as workspace:
        modality, task, family = workspace.tag_set.dimensions
        for paper in papers:
            suggest(workspace, "m1", paper, d0_4=0.97, d1_2=0.81, d2_3=0.6, d2_4=0.31)
        assert send(workspace).updated == 0
        suggest(workspace, "m2", papers[0], d0_4=0.96, d1_2=0.81, d2_3=0.6, d2_4=0.31)
        suggest(workspace, "m2", papers[1], d0_4=0.98, d1_3=0.7, d2_3=0.6)
        assert send(workspace).updated == 2
        sent = send(workspace)
        assert sent.updated == 0, "what has not changed was sent again"
        with at_the_page(browser, sent.page, curator) as page:
            wait_for_paper(page, "Do whales sing?")
            first = [(modality, 4), (task, 2), (family, 3)]
            assert chosen(page) == [f"{d.id} {d.tag_ids[i]}" for d, i in first], "the suggestion isn't pre-filled"
            expect(page.get_by_text("A labelled <i>one</i>")).to_be_visible()
            score = "e => getComputedStyle(e, '::after').content"
            near = page.locator(f'[data-tag="{family.id} {family.tag_ids[4]}"]')
            assert near.evaluate(score) == '".31"'
            kept = page.locator("label", has=page.locator(f'[data-tag="{task.id} {task.tag_ids[2]}"]'))
            assert kept.evaluate("e => getComputedStyle(e).borderTopStyle") == "dashed"
            page.keyboard.press("1")
            page.keyboard.press("5")
            look(page, "review", tmp_path)
            expect(page.locator("[data-tag]").last).to_be_in_viewport(ratio=1)
            added = page.locator("label", has=page.locator(f'[data-tag="{modality.id} {modality.tag_ids[0]}"]'))
            assert added.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
            gone = page.locator(f'[data-tag="{modality.id} {modality.tag_ids[4]}"]')
            assert gone.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
            page.keyboard.press("Control+Enter")
            wait_for_paper(page, "Do whales dance?")
            page.keyboard.press("Control+Enter")
            expect(page.locator(".tagger-paper h3")).not_to_be_visible(timeout=15_000)
        taken = pull(workspace, now=now(), progress=no_progress)
        assert (taken.annotations, taken.problems) == (2, [])
        verdicts = {d.tag: (d.verdict, d.model) for d in workspace.store.labels.decisions()["p1"]}
        assert verdicts[modality.tag_ids[4]] == ("rejected", "m2") and verdicts[modality.tag_ids[0]] == (
            "accepted",
            None,
        )
        published = publish(workspace, DAY, tmp_path / "site", withhold=False, now=now())
        assert published.papers == 2
        context = browser.new_context()
        page = context.new_page()
        page.goto((tmp_path / "site" / "index.html").as_uri())
        shown = page.get_by_role("article").filter(has_text="Do whales sing?")
        expect(shown.get_by_text(modality.tags[0].name, exact=True)).to_be_visible()
        expect(shown.get_by_text(modality.tags[4].name, exact=True)).not_to_be_visible()
        context.close()
        _change_the_page(workspace, curator, sent.page)


def _change_the_page(workspace: Workspace, person: Person, page: str) -> None:
    """Other keys and another guide reach a project that has annotations; the server must not refuse its new page."""
    modality = workspace.tag_set.dimensions[0]
    assert not workspace.settings.keys_file.exists(), "two papers don't tell which tags are common"
    workspace.settings.keys_file.write_text(json.dumps({modality.id: {modality.tag_ids[0]: "shift+m"}}))
    workspace.settings.guide_file.write_text("# Another <b>guide</b>")
    send(workspace)
    config = person.call("GET", f"/api/projects/{page.split('/projects/')[1].split('/')[0]}/")["label_config"]
    assert 'hotkey="shift+m"' in config and "Another &amp;lt;b&amp;gt;guide" in config
