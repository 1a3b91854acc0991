"""Papers drawn for a blind check reach people in a real Label Studio without what was suggested for them."""

from __future__ import annotations

import pytest

from tagger.domain.labels import Audit
from tagger.review import Checks, accepting
from tagger.steps.audit import blind_papers, checks
from tagger.steps.workspace import Workspace
from tests.contract.conftest import Person
from tests.contract.test_loop import PAPERS, now, send, suggest, take, tasks, workspace

__all__ = ["workspace"]  # the fixture

pytestmark = [pytest.mark.slow, pytest.mark.studio]

RULE = "precision>=0.95"


def draw(opened: Workspace, *paper_ids: str) -> None:
    """Do what `accept --rule` does with papers whose one tag it accepts and that it draws."""
    at = now()
    with opened.store.write():
        for paper_id in paper_ids:
            (suggestion,) = opened.store.suggestions.of([paper_id])[paper_id]
            accepted = accepting(paper_id, [("habitat", "sea")], suggestion, by="ann", at=at, rule=RULE)
            opened.store.labels.decide(accepted, at)
            opened.store.audits.draw([Audit(paper_id, "habitat", "sea", RULE, "m1", 0.9, at)])


def test_drawn_papers_lose_their_suggestion_and_only_a_word_from_scratch_judges(
    workspace: Workspace, curator: Person, second: Person
) -> None:
    for paper in PAPERS[:4]:
        suggest(workspace, paper, "sea")
    assert send(workspace).suggestions == 4
    ids = tasks(workspace)

    def shown(paper_id: str) -> int:
        return len(curator.call("GET", f"/api/tasks/{ids[paper_id]}/")["predictions"])

    draw(workspace, "p-0", "p-1", "p-2")
    assert send(workspace).suggestions == 0
    assert [shown(f"p-{i}") for i in range(4)] == [0, 0, 0, 1]
    assert send(workspace).suggestions == 0 and shown("p-0") == 0

    curator.annotate(ids["p-0"], {"habitat": ["sea"]})
    second.annotate(ids["p-1"], {"habitat": ["forest"]})
    # Someone had the page open when the suggestion went: its parts still tell that they came from there.
    kept = {"from_name": "habitat", "to_name": "abstract", "type": "choices", "value": {"choices": ["sea"]}}
    curator.call("POST", f"/api/tasks/{ids['p-2']}/annotations/", result=[kept | {"origin": "prediction"}])
    assert take(workspace).annotations == 3
    assert checks(workspace) == {(RULE, "m1"): Checks(right=1, judged=2, lost=1)}
    assert blind_papers(workspace) == []
    assert [[t.tag for t in workspace.states([p])[p].effective] for p in ("p-0", "p-1")] == [["sea"], ["forest"]]
