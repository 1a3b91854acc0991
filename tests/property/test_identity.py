"""Records of papers that can be told apart become just these papers, in whatever order and portions they come."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.identity import groups_of, title_key
from tagger.domain.labels import Annotation
from tagger.domain.paper import Entry, Paper, title_id
from tagger.store import open_store
from tests.conftest import NOW

TITLES = ("Kelp and its forests", "Tides of the open sea", "Nets for deep divers")
SETTINGS = (str, str.upper, lambda t: t.replace(" ", "  "), lambda t: f"\\emph{{{t[0]}}}{t[1:]}", lambda t: t + ".")


def ids_of(number: int) -> tuple[str, ...]:
    return f"math/050000{number}", f"10.1000/a{number}", f"{number}" * 40, f"W{number}"


def ways_to_write(name: str) -> list[str]:
    return [
        name,
        name.replace("math/", "math.GT/"),
        name.replace("/a", "/A"),
        name.replace("10.", "https://doi.org/10."),
    ]


@st.composite
def records(draw: st.DrawFn) -> tuple[int, Paper]:
    """Return a record of one of three papers with some of its ids, and the paper's number."""
    number = draw(st.integers(0, 2))
    title = draw(st.sampled_from(SETTINGS))(TITLES[number])
    ids = [draw(st.sampled_from(ways_to_write(name))) for name in draw(st.permutations(ids_of(number)))]
    own, *others = [*ids, title_id(title)][draw(st.integers(0, 4)) :]
    named = tuple(others[: draw(st.integers(0, 3))])
    return number, Paper(own, title, "", other_ids=tuple(n for n in named if not n.startswith("t-")))


@given(st.lists(records(), max_size=8))
def test_records_are_grouped_by_their_papers(found: list[tuple[int, Paper]]) -> None:
    groups = groups_of([paper for _, paper in found], [])
    assert sorted(place for group in groups for place in group.records) == list(range(len(found)))
    assert [{found[place][0] for place in group.records} for group in groups] == [
        {n} for n in dict.fromkeys(n for n, _ in found)
    ]


@settings(max_examples=60)
@given(st.lists(st.tuples(records(), st.booleans()), min_size=1, max_size=6), st.integers(1, 3))
def test_in_portions_each_name_leads_to_its_paper(found: list[tuple[tuple[int, Paper], bool]], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "tagger.db", create=True) as store:
        for start in range(0, len(found), size):
            with store.write():
                portion = found[start : start + size]
                first = store.papers.save([Entry(paper, source="s") for (_, paper), _ in portion], NOW)
                again = store.papers.save([Entry(paper, source="s") for (_, paper), _ in portion], NOW)
                assert (again.new, again.changed, again.ids) == (0, 0, first.ids)
                spoken = store.papers.resolve([paper.id for (_, paper), speak in portion if speak]).values()
                words = [Annotation(paper_id, f"a{start}", NOW) for paper_id in set(spoken)]
                store.labels.annotate(words, source="test", tag_set_version=1, now=NOW)
        papers = {title_key(paper.title): paper for paper in store.papers.all()}
        assert len(papers) == store.papers.count() == len({number for (number, _), _ in found})
        for (number, paper), _ in found:
            own = papers[title_key(TITLES[number])].id
            assert store.papers.resolve(paper.names) == dict.fromkeys(paper.names, own)
        assert store.faults() == []


@given(st.lists(records(), max_size=6), st.randoms())
def test_the_groups_are_the_same_in_any_order(found: list[tuple[int, Paper]], random: object) -> None:
    papers = [paper for _, paper in found]
    order = list(range(len(papers)))
    random.shuffle(order)  # type: ignore[attr-defined]
    groups = {frozenset(group.records) for group in groups_of(papers, [])}
    shuffled = {frozenset(order[p] for p in g.records) for g in groups_of([papers[p] for p in order], [])}
    assert groups == shuffled
