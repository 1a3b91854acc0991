import json
from collections import Counter
from pathlib import Path

from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"


def test_the_default_tag_set_has_its_three_dimensions_and_76_tags() -> None:
    tag_set = read_tag_set(default_tag_set_file())
    assert [(d.id, len(d.tags)) for d in tag_set.dimensions] == [("modality", 14), ("task", 32), ("method-family", 30)]
    assert all(tag.means and tag.also for d in tag_set.dimensions for tag in d.tags)


def test_no_id_or_other_word_got_lost_on_the_way_here(shared_data: Path) -> None:
    ours, theirs = read_tag_set(default_tag_set_file()), read_tag_set(shared_data.parent / "tagset" / "tags.yaml")
    for mine, their in zip(ours.dimensions, theirs.dimensions, strict=True):
        assert (mine.id, mine.required, mine.tag_ids) == (their.id, their.required, their.tag_ids)
        assert all(set(a.also) >= set(b.also) for a, b in zip(mine.tags, their.tags, strict=True))


def test_the_invented_annotations_use_known_tags_and_are_varied() -> None:
    tag_set = read_tag_set(default_tag_set_file())
    parsed = read_annotations(str(EXAMPLES / "annotations_invented.jsonl"), [d.id for d in tag_set.dimensions])
    assert (len(parsed.rows), parsed.rejected) == (90, ())
    uses = Counter((d, t) for row in parsed.rows for d, tags in tag_set.ordered(row.tags).items() for t in tags)
    assert sum(n >= 3 for n in uses.values()) >= 45
    assert all(set(d.id for d in tag_set.dimensions) <= set(row.tags) for row in parsed.rows)


def test_the_invented_papers_say_that_they_are_invented() -> None:
    assert "invented" in (EXAMPLES / "daily_papers_invented.txt").read_text()
    rows = [json.loads(line) for line in (EXAMPLES / "annotations_invented.jsonl").read_text().splitlines()]
    assert all(row["id"].startswith("demo-") for row in rows)
