"""What to label next, as the command line tells it."""

from pathlib import Path

import pytest

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.paper import Entry, Paper
from tests.cli.conftest import Shell
from tests.unit.steps.desk import DAY, MODEL, open_desk
from tests.unit.steps.test_models import write_manifest

PAPERS = {
    "p1": "Protein folding by graph neural networks",
    "p2": "Video generation with diffusion transformers \x1b[31m",
    "p3": "Speech recognition for low-resource languages, at a length that no terminal of eighty columns has room for",
    "p4": "Robot manipulation with tactile sensors",
    "p5": "Time series forecasting of electricity load",
}
SEA = {"p1": 0.9, "p2": 0.5, "p3": 0.6, "p4": 0.3, "p5": 0.2}
TOLD = """\
 4.81%  p1  Protein folding by graph neural networks
        teaches sea (0.90, 1 label), plants (0.20, no label),
                meat (0.10, 1 label)
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A workspace where p4 is labelled and p5 was skipped."""
    with open_desk(tmp_path / "w") as desk:
        write_manifest(desk)
        store, papers = desk.workspace.store, [Paper(i, title, "") for i, title in PAPERS.items()]
        said = [
            Annotation("p4", "ann", desk.later(), {"habitat": ("sea",), "diet": ("meat",)}),
            Annotation("p5", "ann", desk.later(), skipped=True),
        ]
        with store.write():
            store.papers.save([Entry(paper, None if paper.id == "p3" else DAY) for paper in papers], desk.now)
            store.models.save(MODEL)
            store.models.promote(MODEL.name, desk.now)
            for paper in papers:
                scores = {"habitat": {"sea": SEA[paper.id]}, "diet": {"plants": 0.2, "meat": 0.1}}
                tags = {"habitat": ("sea",), "diet": ()}
                made = Suggestion(paper.id, MODEL.name, desk.now, tags, scores, needs_review=True)
                store.suggestions.save([(paper, made)])
            store.labels.annotate(said, source="test", tag_set_version=1, now=desk.now)
        return Shell(desk.workspace.settings.folder)


def test_the_queue_names_unlabelled_papers_best_first_and_what_they_teach(shell: Shell) -> None:
    text = shell("queue").stdout
    assert text.startswith(TOLD)
    assert max(map(len, text.splitlines())) <= 80 and "\x1b" not in text
    assert text.endswith("3 of 3 papers without a label, 1 labelled; scores are of m1.\nNext: tagger queue --send\n")
    found = shell.json("queue")
    assert [paper["id"] for paper in found["papers"]] == ["p1", "p3", "p2"]
    assert (found["model"], found["labelled"], found["candidates"]) == ("m1", 1, 3)
    assert found["papers"][0]["teaches"][0] == {"dimension": "habitat", "tag": "sea", "score": 0.9, "labels": 1}
    assert shell.json("queue") == found


def test_a_queue_is_as_long_as_asked_and_may_be_of_one_digest(shell: Shell) -> None:
    assert [paper["id"] for paper in shell.json("queue", "--size", "1")["papers"]] == ["p1"]
    assert [paper["id"] for paper in shell.json("queue", "--digest", str(DAY))["papers"]] == ["p1", "p2"]
    assert "there is no digest of 2020-01-01" in shell.fails("queue", "--digest", "2020-01-01")
    assert shell("queue", "--size", "0", code=2).stdout == ""


def test_where_everything_is_labelled_the_queue_says_so(shell: Shell) -> None:
    done = "".join(f'{{"id": "{i}", "annotator": "bob", "habitat": ["sea"], "diet": []}}\n' for i in PAPERS)
    shell("annotations", "import", "-", stdin=done)
    assert shell("queue").stdout == "There is nothing left to label.\n"
    assert "there is nothing left to label" in shell.fails("queue", "--send")


def test_without_a_running_label_studio_nothing_is_sent(shell: Shell) -> None:
    assert "Label Studio isn't running" in shell.fails("queue", "--send")
