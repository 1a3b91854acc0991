"""Whatever is said, and in whichever order: what is kept of papers is what everything said of them comes to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Decision, Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Entry, Paper
from tagger.steps.init import init
from tagger.steps.standings import standing_of, standings
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW

TAGS = """\
version: 1
dimensions:
  - {id: habitat, required: true, tags: [{id: sea}, {id: forest}]}
  - {id: diet, required: false, tags: [{id: plants}]}
"""
PAPERS = ("p1", "p2")
MODELS = ("m1", "m2")
KEYS = (("habitat", "sea"), ("habitat", "forest"), ("diet", "plants"))
papers = st.sampled_from(PAPERS)
people = st.sampled_from(("ann", "bob"))
chosen = st.lists(st.sampled_from(KEYS), unique=True).map(
    lambda keys: {d: tuple(tag for of, tag in keys if of == d) for d in ("habitat", "diet")}
)
steps = st.one_of(
    st.tuples(st.just("suggest"), papers, st.sampled_from(MODELS), chosen, st.booleans()),
    st.tuples(st.just("annotate"), papers, people, chosen, st.booleans()),
    st.tuples(
        st.just("decide"),
        papers,
        st.sampled_from(KEYS),
        st.sampled_from(("accepted", "rejected", "withdrawn")),
        st.sampled_from((None, "all-sure")),
    ),
    st.tuples(st.just("promote"), st.sampled_from(MODELS)),
    st.tuples(st.just("correct"), papers, st.sampled_from(("An abstract", "Another abstract"))),
    st.tuples(st.just("retire"), st.just("forest")),
    st.tuples(st.just("look")),
)


@settings(max_examples=60)
@given(st.lists(steps, max_size=12))
def test_what_is_kept_is_what_was_said(said: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "w")
        Path(folder, "set.yaml").write_text(TAGS)
        init(place, Path(folder, "set.yaml"), NOW)
        with open_workspace(place) as workspace, workspace.store.write():
            for name in MODELS:
                workspace.store.models.save(ModelVersion(name, NOW, "minilm", 1, "f", "d", 3))
            workspace.store.papers.save([Entry(Paper(i, f"Title of {i}", "An abstract")) for i in PAPERS], NOW)
        for minute, (kind, *what) in enumerate(said):
            with open_workspace(place) as workspace:
                STEPS[str(kind)](workspace, minute, *what)
        with open_workspace(place) as workspace:
            kept = standings(workspace).of(PAPERS)
            states = workspace.states()
        for standing in kept:
            told = standing_of(states[standing.paper_id])
            assert replace(standing, tags=()) == replace(told, tags=())
            assert sorted(standing.tags, key=str) == sorted(told.tags, key=str)
        assert [standing.paper_id for standing in kept] == sorted(states)


def suggest(w: Workspace, minute: int, paper_id: str, model: str, tags: dict[str, tuple[str, ...]], sure: bool) -> None:
    scores = {"habitat": {"sea": 0.5, "forest": 0.5}, "diet": {"plants": 0.5}}
    paper = w.store.papers.find(paper_id)
    assert paper is not None
    made = Suggestion(paper_id, model, NOW + timedelta(minutes=minute), tags, scores, needs_review=not sure)
    with w.store.write():
        w.store.suggestions.save([(paper, made)])


def annotate(w: Workspace, minute: int, paper_id: str, by: str, tags: dict[str, tuple[str, ...]], skip: bool) -> None:
    said = Annotation(paper_id, by, NOW + timedelta(minutes=minute), {} if skip else tags, skipped=skip)
    with w.store.write():
        w.store.labels.annotate([said], source="test", tag_set_version=1, now=NOW)


def decide(w: Workspace, minute: int, paper_id: str, key: tuple[str, str], verdict: str, rule: str | None) -> None:
    at = NOW + timedelta(minutes=minute)
    with w.store.write():
        w.store.labels.decide([Decision(paper_id, *key, verdict, "eve", at, rule, "m1")], NOW)  # type: ignore[arg-type]


def promote(w: Workspace, minute: int, model: str) -> None:
    with w.store.write():
        w.store.models.promote(model, NOW + timedelta(minutes=minute))


def correct(w: Workspace, minute: int, paper_id: str, abstract: str) -> None:
    with w.store.write():
        entry = Entry(Paper(paper_id, f"Title of {paper_id}", abstract))
        w.store.papers.save([entry], NOW + timedelta(minutes=minute))


def retire(w: Workspace, minute: int, tag: str) -> None:
    path = w.settings.tag_set_file
    path.write_text(path.read_text().replace(", {id: " + tag + "}", ""))


def look(w: Workspace, minute: int) -> None:
    standings(w)


STEPS: dict[str, Callable[..., None]] = {
    step.__name__: step for step in (suggest, annotate, decide, promote, correct, retire, look)
}
