import gzip
import json
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tagger.bulk import Row, open_run
from tagger.bulk.engine import Shard, TagShard
from tagger.bulk.local import LocalEngine
from tagger.bulk.repetitions import MetIds
from tagger.bulk.rows import Shards
from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.errors import BulkError, SourceError
from tagger.sources import open_stream
from tagger.steps.bulk import StreamRows
from tests.unit.bulk.quick_run import TAG_SET, QuickModel, plan_of, run

POISON: list[tuple[str, str]] = [
    ("{", "not valid JSON"),
    ('{"id": "a b", "title": "T"}', "without white space"),
    ('{"id": 7, "title": "T"}', "its id is not a text"),
    ('{"abstract": "A"}', "it has no title"),
    ('{"title": ["T"]}', "its title is not a text"),
    ('["T"]', "not a record"),
    ('{"title": "T", "published": "soon"}', "not a date"),
    ("[" * 100_000, "nested too deeply"),
]


def lines(count: int, start: int = 0) -> list[str]:
    return [json.dumps({"id": f"p{i}", "title": f"Paper {i}"}) for i in range(start, start + count)]


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(lines(25)))
    return str(path)


def table(folder: Path) -> list[dict[str, Any]]:
    parts = [pq.read_table(path) for path in sorted(folder.glob("part-*.parquet"))]
    return list(pa.concat_tables(parts).to_pylist())


def set_aside(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "rejected.jsonl").read_text().splitlines()]


def test_every_paper_is_tagged_once_in_the_order_of_the_source(source: str, tmp_path: Path) -> None:
    found, new = run(source, tmp_path / "out")
    assert (found.papers, new) == (25, 25)
    rows = table(tmp_path / "out")
    assert [row["id"] for row in rows] == [f"p{i}" for i in range(25)]
    assert sorted(p.name for p in (tmp_path / "out").glob("part-*")) == [f"part-{n:05}.parquet" for n in range(3)]
    expected = QuickModel().suggest([Paper("p7", "Paper 7", "")])[0]
    row = rows[7]
    assert row["tags"] == {d: list(tags) for d, tags in expected.tags.items()}
    assert row["scores"]["habitat"]["cs.CV"] == pytest.approx(expected.scores["habitat"]["cs.CV"], abs=1e-7)
    assert (row["source"], row["row"], row["place"]) == ("papers.jsonl", 8, "line 8")
    assert row["text_hash"] == Paper("p7", "Paper 7", "").text_hash


def test_scores_are_numbers_in_columns_of_their_own(source: str, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    part = tmp_path / "out" / "part-00000.parquet"
    assert pq.read_schema(part).field("scores").type.field("habitat").type.field("sea").type == pa.float32()
    assert pq.read_table(part, columns=["scores.diet.plants"]).num_rows == 10


@pytest.mark.parametrize(("line", "reason"), POISON, ids=[reason for _, reason in POISON])
def test_a_poisoned_row_is_set_aside_with_its_place_and_the_others_are_tagged(
    tmp_path: Path, line: str, reason: str
) -> None:
    (tmp_path / "papers.jsonl").write_text("\n".join([*lines(5), line, *lines(7, start=5)]))
    found, _ = run(str(tmp_path / "papers.jsonl"), tmp_path / "out")
    assert (found.papers, found.rejected, found.repeated) == (12, 1, 0)
    (told,) = set_aside(tmp_path / "out")
    assert (told["row"], told["place"]) == (6, "line 6") and reason in told["reason"]
    assert len(table(tmp_path / "out")) == 12


def test_bytes_that_are_no_text_and_a_line_without_end_are_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagger.sources.streaming.MAX_LINE", 1000)
    content = [b'{"title": "\xff"}', b'{"title": "' + b"x" * 5000 + b'"}', *(line.encode() for line in lines(3))]
    (tmp_path / "papers.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(content))
    run(str(tmp_path / "papers.jsonl"), tmp_path / "out")
    reasons = [told["reason"] for told in set_aside(tmp_path / "out")]
    assert reasons == ["it is not text in UTF-8 (byte 12)", "it is longer than 0 MB"]
    assert [row["place"] for row in table(tmp_path / "out")] == ["line 3", "line 4", "line 5"]


def test_of_a_paper_that_comes_twice_the_first_counts(tmp_path: Path) -> None:
    again = json.dumps({"id": "p3", "title": "Paper 3, corrected"})
    (tmp_path / "papers.jsonl").write_text("\n".join([*lines(20), again, *lines(5, start=20)]))
    found, _ = run(str(tmp_path / "papers.jsonl"), tmp_path / "out")
    assert (found.papers, found.rejected, found.repeated) == (25, 0, 1)
    assert set_aside(tmp_path / "out")[0]["reason"] == "the paper p3 again; the first counts"
    assert [row["title"] for row in table(tmp_path / "out") if row["id"] == "p3"] == ["Paper 3"]


def test_packed_and_columnar_sources_give_the_same_predictions(source: str, tmp_path: Path) -> None:
    plain = Path(source).read_bytes()
    records = [json.loads(line) for line in plain.splitlines()]
    (tmp_path / "p.gz").write_bytes(gzip.compress(plain[:200]) + gzip.compress(plain[200:]))
    (tmp_path / "p.zst").write_bytes(zstandard.compress(plain[:200]) + zstandard.compress(plain[200:]))
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "p.parquet", row_group_size=4)
    saved = tmp_path / "saved"
    saved.mkdir()
    for number, part in enumerate((records[:13], records[13:])):
        content = pa.Table.from_pylist(part)
        with pa.ipc.new_stream(str(saved / f"data-{number}.arrow"), content.schema) as writer:
            writer.write_table(content)
    (saved / "state.json").write_text(json.dumps({"_data_files": [{"filename": f"data-{n}.arrow"} for n in (0, 1)]}))
    run(source, tmp_path / "expected")
    expected = [{k: v for k, v in row.items() if k not in ("source", "place")} for row in table(tmp_path / "expected")]
    for name in ("p.gz", "p.zst", "p.parquet", "saved"):
        run(str(tmp_path / name), tmp_path / f"out {name}")
        found = table(tmp_path / f"out {name}")
        assert {row["source"] for row in found} == {name}
        assert [{k: v for k, v in row.items() if k not in ("source", "place")} for row in found] == expected
    assert found[13]["place"] == "data-1.arrow, record 1"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_a_source_that_is_cut_short_is_told_before_anything_is_tagged(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack("\n".join(lines(5000)).encode())
    (tmp_path / "cut").write_bytes(packed[: len(packed) * 9 // 10])
    with pytest.raises(SourceError, match="cut short"):
        run(str(tmp_path / "cut"), tmp_path / "out")
    assert not list((tmp_path / "out").glob("part-*"))


@pytest.mark.parametrize("content", [b"@article{a, title={T}}", b'[{"title": "T"}]', b"title,abstract\nT,A\n"])
def test_what_is_no_stream_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(SourceError, match="can't be read as a stream"):
        open_stream(str(tmp_path / "other"))


def test_a_second_run_tags_nothing_and_changes_no_file(source: str, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "out").iterdir()}
    assert run(source, tmp_path / "out")[1] == 0
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("harm", ["gone", "torn", "of another run"])
def test_only_the_file_that_is_missing_or_damaged_is_made_again(source: str, tmp_path: Path, harm: str) -> None:
    run(source, tmp_path / "out")
    part = tmp_path / "out" / "part-00001.parquet"
    whole = part.read_bytes()
    if harm == "gone":
        part.unlink()
    elif harm == "torn":
        part.write_bytes(whole[:-9])
    else:
        pq.write_table(pq.read_table(part).replace_schema_metadata({}), part)
    assert run(source, tmp_path / "out")[1] == 10
    assert part.read_bytes() == whole


def test_another_source_model_tag_set_or_size_is_refused_in_one_line(source: str, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    plan = plan_of(source)
    others = {
        "is over another source": replace(plan, source_sha256="0"),
        "was begun with the model quick.*Give --model quick": replace(plan, model="x", model_fingerprint="0"),
        "tag set has changed": replace(plan, tag_set_fingerprint="0", model_fingerprint="0"),
    }
    for reason, other in others.items():
        with pytest.raises(BulkError, match=reason), open_run(tmp_path / "out", other, None):
            pass
    with pytest.raises(BulkError, match="has 10 papers a file"), open_run(tmp_path / "out", plan, 11):
        pass
    with open_run(tmp_path / "out", replace(plan, source="moved.jsonl", shard_size=1000), None) as opened:
        assert opened.plan == plan, "the same content under another name is the same source"


def test_a_folder_with_something_else_or_a_damaged_manifest_is_refused(source: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()
    with pytest.raises(BulkError, match=r"holds other things \(thesis\.tex\)"):
        run(source, tmp_path / "out")
    for damage in ("", "[]", '{"format": 1}', '{"format": 1, "found": null, "plan": {"source": 3}}'):
        (tmp_path / "out" / "run.json").write_text(damage)
        with pytest.raises(BulkError, match="is damaged"):
            run(source, tmp_path / "out")
    (tmp_path / "out" / "run.json").write_text('{"format": 99}')
    with pytest.raises(BulkError, match="has format 99"):
        run(source, tmp_path / "out")


def test_two_runs_never_work_in_one_folder_at_once(source: str, tmp_path: Path) -> None:
    plan = plan_of(source)
    with (
        open_run(tmp_path / "out", plan, None),
        pytest.raises(BulkError, match="another run is at work"),
        open_run(tmp_path / "out", plan, None),
    ):
        pass


def test_a_source_that_shrank_meanwhile_is_told(source: str, tmp_path: Path) -> None:
    rows = StreamRows(open_stream(source))
    with open_run(tmp_path / "out", plan_of(source), None) as opened:
        found = opened.survey(rows(), no_progress)
        Path(source).write_text("\n".join(lines(12)))
        with pytest.raises(BulkError, match="fewer papers"):
            opened.tag(rows, found, LocalEngine(1), QuickModel(), TAG_SET, no_progress)


class Endless:
    """Rows without end, which count how many of them were asked for."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> Iterator[Row]:
        while True:
            self.read += 1
            yield Row(f"line {self.read}", Paper(f"p{self.read}", "T", ""))


def test_no_engine_reads_far_ahead() -> None:
    rows = Endless()
    engine: Any = LocalEngine(2)
    tagged = engine.tag(Shards(rows, 10, frozenset(range(1000))), _SizeOfShard())
    assert [next(tagged)[1] for _ in range(3)] == [b"10"] * 3
    assert rows.read <= (3 + 2 * 2) * 10
    tagged.close()


class _SizeOfShard:
    def __call__(self) -> TagShard:
        return _size_of


def _size_of(shard: Shard) -> bytes:
    return str(len(shard.papers)).encode()


class _Failing:
    def __call__(self) -> TagShard:
        raise BulkError("no such model", "Copy it")


class _Dying:
    def __call__(self) -> TagShard:
        return _die


def _die(shard: Shard) -> bytes:
    import os

    os._exit(9)


def _shards(count: int) -> Callable[[], Iterable[Shard]]:
    return Shards(_few_rows, 1, frozenset(range(count)))


def _few_rows() -> list[Row]:
    return [Row(f"line {i}", Paper(f"p{i}", "T", "")) for i in range(5)]


def test_what_fails_in_a_worker_is_told_in_its_own_words() -> None:
    with pytest.raises(BulkError, match=r"no such model\. Copy it"):
        list(LocalEngine(2).tag(_shards(5), _Failing()))
    with pytest.raises(BulkError, match="a worker process ended"):
        list(LocalEngine(2).tag(_shards(5), _Dying()))


def test_ids_are_met_once_and_a_hundred_thousand_take_two_megabytes() -> None:
    met = MetIds()
    assert all(met.is_new(f"p{i}") for i in range(100_000))
    assert not any(met.is_new(f"p{i}") for i in range(100_000))
    assert len(pickle.dumps(met)) < 2_200_000
