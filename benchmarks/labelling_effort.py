"""How many clicks and keystrokes a paper takes on the labelling page, without suggestions and with them.

    python -m benchmarks.labelling_effort [PAPERS [WORKSPACE]]

A script at a real browser (Chromium, found on the PATH) and a real local Label Studio (a new one, or that of WORKSPACE,
where two projects are left) gives PAPERS of the invented papers (10) the tags that examples/ says, each tag by what
costs least: its key where it has one, else a click. Every key pressed counts, so Ctrl+Enter is two. The other invented
papers are labelled before, so that the keys are settled; suggestions are the starter's, which has learnt from none of
them. What is pulled in the end has to be what the file says, or the run fails.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tagger.domain.labels import standing_annotations
from tagger.domain.model import no_progress
from tagger.domain.paper import Entry, Paper
from tagger.steps.annotations import import_annotations
from tagger.steps.init import init
from tagger.steps.labelling import settled_keys
from tagger.steps.predict import predict
from tagger.steps.pull import pull
from tagger.steps.push import push
from tagger.steps.studio import StudioStatus, start_studio, stop_studio
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio.page import tag_marker
from tagger.studio.server import LOGIN

INVENTED = Path(__file__).parent.parent / "examples" / "annotations_invented.jsonl"
DAY = date(2026, 8, 7)
Tags = Mapping[str, Sequence[str]]


@dataclass
class Effort:
    """What was pressed for some papers: for tags, and to submit."""

    papers: int = 0
    tags: int = 0
    tag_keys: int = 0
    clicks: int = 0
    submit_keys: int = 0

    @property
    def inputs(self) -> float:
        """Clicks and keystrokes a paper."""
        return (self.tag_keys + self.clicks + self.submit_keys) / self.papers

    def __str__(self) -> str:
        n = self.papers
        parts = f"{self.tag_keys / n:.1f} keystrokes and {self.clicks / n:.1f} clicks for tags"
        return f"{parts}, {self.submit_keys / n:.1f} keystrokes to submit: {self.inputs:.1f} a paper"


def main(count: int, host: Path | None) -> None:
    """Label the papers twice and print what it took."""
    rows = [json.loads(line) for line in INVENTED.read_text(encoding="utf-8").splitlines()]
    chosen = {i * len(rows) // count for i in range(count)}  # spread over the file: neighbours in it are of a kind
    wanted, others = [rows[i] for i in sorted(chosen)], [r for i, r in enumerate(rows) if i not in chosen]
    now = datetime.now().astimezone()
    folder = Path(tempfile.mkdtemp())
    if host is None:
        init(folder / "host", None, now)
    with open_workspace(host or folder / "host") as workspace, sync_playwright() as playwright:
        studio = start_studio(workspace, now=now, progress=no_progress)
        found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            without = _label(browser, folder / "without", studio, wanted, others, suggesting=False)
            suggested = _label(browser, folder / "with", studio, wanted, others, suggesting=True)
        finally:
            browser.close()
            if host is None:
                stop_studio(workspace.settings)
    shutil.rmtree(folder)
    print(f"{without.papers} papers with {without.tags / without.papers:.1f} tags each")
    print(f"without suggestions  {without}\nwith suggestions     {suggested}")
    print(f"with suggestions it takes {suggested.inputs / without.inputs:.2f} of the input")


def _label(
    browser: Browser,
    folder: Path,
    studio: StudioStatus,
    wanted: list[dict[str, Any]],
    others: list[dict[str, Any]],
    *,
    suggesting: bool,
) -> Effort:
    """Label the papers in a workspace of their own, which has its own project on the server."""
    now = datetime.now().astimezone()
    init(folder, None, now)
    (folder / "others.jsonl").write_text("".join(json.dumps(row) + "\n" for row in others), encoding="utf-8")
    with open_workspace(folder) as workspace:
        import_annotations(workspace, str(folder / "others.jsonl"), now=now)
        papers = [Paper(row["id"], row["title"], row["abstract"]) for row in wanted]
        with workspace.store.write():
            workspace.store.papers.save([Entry(paper, DAY) for paper in papers], now)
        if suggesting:
            predict(workspace, day=DAY, every=False, now=now, progress=no_progress)
        start_studio(workspace, url=studio.url, token_file=studio.token_file, now=now, progress=no_progress)
        sent = push(workspace, day=DAY, now=now, progress=no_progress)
        true = {row["id"]: {d.id: row.get(d.id, []) for d in workspace.tag_set.dimensions} for row in wanted}
        password = (studio.token_file.parent / "password").read_text().strip()
        effort = _work(browser, sent.page, password, true, _keys(workspace))
        pull(workspace, now=datetime.now().astimezone(), progress=no_progress)
        for paper_id, tags in true.items():
            said = standing_annotations(workspace.store.labels.annotations([paper_id])[paper_id])[-1]
            if {d: set(of) for d, of in said.tags.items()} != {d: set(of) for d, of in tags.items()}:
                raise SystemExit(f"{paper_id} was labelled {dict(said.tags)}, not {tags}")
        return effort


def _work(browser: Browser, url: str, password: str, true: Mapping[str, Tags], keys: Mapping[str, str]) -> Effort:
    effort = Effort()
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{url.split('/projects/')[0]}/user/login/")
    page.fill("input[name=email]", LOGIN)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.goto(url)
    done: set[str] = set()
    while len(done) < len(true):
        paper_id = _next_paper(page, true, done)
        wanted = {f"{d} {tag}" for d, tags in true[paper_id].items() for tag in tags}
        for marker in sorted(wanted ^ _chosen(page)):
            key = keys.get(marker, "")
            if key:
                page.keyboard.press(key.replace("shift", "Shift"))
                effort.tag_keys += 2 if "shift" in key else 1
            else:
                page.locator(f'[data-tag="{marker}"]').click()
                effort.clicks += 1
        page.keyboard.press("Control+Enter")
        effort.submit_keys += 2
        effort.papers += 1
        effort.tags += len(wanted)
        done.add(paper_id)
    page.context.close()
    return effort


def _next_paper(page: Page, true: Mapping[str, Tags], done: set[str]) -> str:
    """Wait until a paper is shown that wasn't before, with what is filled in for it, and return its id."""
    page.wait_for_function(
        """seen => {
            const about = document.querySelector(".tagger-about");
            return about && !seen.includes(about.textContent.split(" ")[0]);
        }""",
        arg=sorted(done),
        timeout=60_000,
    )
    page.wait_for_timeout(500)
    shown = page.locator(".tagger-about").inner_text().split(" ")[0]
    if shown not in true:
        raise SystemExit(f"the page shows {shown}, which isn't to be labelled")
    return shown


def _chosen(page: Page) -> set[str]:
    script = "found => found.map(e => e.dataset.tag)"
    return set(page.eval_on_selector_all("label.ant-checkbox-wrapper-checked [data-tag]", script))


def _keys(workspace: Workspace) -> dict[str, str]:
    """Return each tag's key by what marks it on the page."""
    return {tag_marker(d, tag): key for (d, tag), key in settled_keys(workspace).items()}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
