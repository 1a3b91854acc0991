"""Views that hand out papers in an order of ours, in a real Label Studio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tagger.domain.model import no_progress
from tagger.domain.paper import Entry
from tagger.errors import StudioError
from tagger.steps.push import push
from tagger.steps.review import waiting
from tagger.steps.views import LABEL_NEXT, push_in_order, push_review
from tagger.steps.workspace import Workspace
from tagger.studio.server import LOGIN
from tests.contract.conftest import CuttingProxy, Person, RunningServer
from tests.contract.test_loop import PAPERS, now, suggest, tasks, workspace_at
from tests.unit.steps.desk import DAY

pytestmark = [pytest.mark.slow, pytest.mark.studio]


@pytest.fixture
def workspace(server: RunningServer, tmp_path: Path) -> Iterator[Workspace]:
    with workspace_at(tmp_path, server.url, server.token) as opened:
        yield opened


def send(workspace: Workspace, *paper_ids: str) -> str:
    return push_in_order(workspace, LABEL_NEXT, paper_ids, now=now(), progress=no_progress).page


def handed_out(person: Person, page: str) -> list[str]:
    """Label all that a page hands out, asking as the data manager does; returns the papers in their order."""
    place, _, tab = page.removesuffix("&labeling=1").partition("/data?tab=")
    project = place.rsplit("/", 1)[1]
    view = person.call("GET", f"/api/dm/views/{tab}/")["data"]
    asked: dict[str, Any] = {"ordering": view["ordering"], "filters": view["filters"], "project": project}
    papers: list[str] = []
    while True:
        answer = person.client.post(
            f"/api/dm/actions?id=next_task&tabID={tab}&project={project}",
            json=asked,
            headers={"X-CSRFToken": person.client.cookies.get("csrftoken") or ""},
        )
        if answer.status_code == 404:
            return papers
        task = answer.raise_for_status().json()
        papers.append(task["data"]["paper_id"])
        person.annotate(task["id"], {"habitat": ["sea"]})


def views(person: Person, page: str) -> dict[str, int]:
    project = page.split("/projects/")[1].split("/")[0]
    found = person.call("GET", f"/api/dm/views/?project={project}")
    titles = [view["data"]["title"] for view in found]
    assert len(set(titles)) == len(titles), f"a view is there twice: {titles}"
    return {view["data"]["title"]: view["id"] for view in found}


def test_a_queue_is_handed_out_in_its_order_and_a_later_one_replaces_it(workspace: Workspace, curator: Person) -> None:
    first = send(workspace, "p-5", "p-2", "p-4")
    assert send(workspace, "p-5", "p-2", "p-4") == first
    assert list(views(curator, first)) == ["All papers", "Label next"]
    assert send(workspace, "p-4", "p-1", "p-5", "p-0") == first
    assert handed_out(curator, first) == ["p-4", "p-1", "p-5", "p-0"]
    assert set(tasks(workspace)) == {"p-0", "p-1", "p-2", "p-4", "p-5"}


def test_a_corrected_paper_keeps_its_place(workspace: Workspace, curator: Person) -> None:
    page = send(workspace, "p-3", "p-2")
    with workspace.store.write():
        workspace.store.papers.save([Entry(replace(PAPERS[3], abstract="Corrected"))], now())
    assert push(workspace, now=now(), progress=no_progress).updated == 1
    assert handed_out(curator, page) == ["p-3", "p-2"]


def test_a_view_that_someone_deleted_or_changed_is_made_good(workspace: Workspace, curator: Person) -> None:
    page = send(workspace, "p-1", "p-0")
    label_next = views(curator, page)["Label next"]
    data = curator.call("GET", f"/api/dm/views/{label_next}/")["data"]
    curator.call("PATCH", f"/api/dm/views/{label_next}/", data=data | {"ordering": ["tasks:id"], "gridWidth": 7})
    assert send(workspace, "p-1", "p-0") == page
    mended = curator.call("GET", f"/api/dm/views/{label_next}/")["data"]
    assert (mended["ordering"], mended["gridWidth"]) == (["tasks:data.label_next"], 7)
    curator.call("DELETE", f"/api/dm/views/{label_next}/")
    assert handed_out(curator, send(workspace, "p-1", "p-0")) == ["p-1", "p-0"]


def test_a_view_whose_making_was_cut_off_is_made_once(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path, curator: Person
) -> None:
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        proxy.cut(b"Label next")
        with pytest.raises(StudioError):
            send(workspace, "p-2", "p-1")
        proxy.cut(None)
        page = send(workspace, "p-2", "p-1")
        assert list(views(curator, page)) == ["All papers", "Label next"] and proxy.cuts == 1
        assert handed_out(curator, page) == ["p-2", "p-1"]


def test_a_digests_review_hands_out_unsure_papers_first(
    workspace: Workspace, server: RunningServer, browser: Browser
) -> None:
    suggest(workspace, PAPERS[2], "sea", sure=True)
    suggest(workspace, PAPERS[4], "sea", score=0.5, sure=False)
    suggest(workspace, PAPERS[0], "sea", score=0.7, sure=False)
    states = [state for _, state in waiting(workspace, day=DAY)]
    page_url = push_review(workspace, states, DAY, now=now(), progress=no_progress).page
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.goto(f"{server.url}/user/login/")
    page.fill("input[name=email]", LOGIN)
    page.fill("input[name=password]", (server.folder / "password").read_text().strip())
    page.click("button[type=submit]")
    page.goto(page_url)
    for number in (4, 0, 2):
        expect(page.get_by_text(f"Title {number} <b>bold</b>")).to_be_visible(timeout=30_000)
        page.get_by_test_id("bottombar-submit-button").click()
    page.goto(page_url.removesuffix("&labeling=1"))
    expect(page.get_by_text(f"{DAY} rev")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Label All Tasks")).to_be_visible()
    context.close()
