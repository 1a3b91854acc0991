"""Small whole files of our own in every format that tagger reads."""

import contextlib
import gzip
import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tagger.settings.workspace import _TEMPLATE, DEFAULT_ENCODER
from tagger.tagset import default_tag_set_file
from tests.unit.sources.test_foreign_formats import ATOM, BIBTEX, RIS, RSS, S2, WORK
from tests.unit.sources.test_formats import PAGE

PAPER = {"id": "2405.14906", "title": "Bees & Trees", "abstract": "They count $x^2$.", "published": "2024-05-23"}
PAPER |= {"digest": "2026-08-07", "url": "https://a.org/x", "doi": "10.1234/AB"}
FULL = PAPER | {"authors": ["Ann Lee", "Bo"], "categories": ["cs.CV"], "upvotes": 3, "other_ids": ["W1"]}
OTHER = {"title": "Ants", "abstract": "They carry.", "authors": "Ann Lee; Bo", "upvotes": "12"}
NOTE = {"id": "f1", "forum": "f1", "cdate": 1716422400000, "content": {"title": {"value": "Bees"}, "authors": ["Ann"]}}
CSL = {"id": "lee/2024", "type": "article", "title": "Bees", "abstract": "They count.", "number": "arXiv:2405.14906"}
CSL_FULL = CSL | {"author": [{"family": "Lee", "given": "Ann"}], "issued": {"date-parts": [["2024", 5, 23]]}}
DAILY = {
    "paper": {"id": "2405.14906", "title": "Bees", "summary": "They count.", "upvotes": 3, "authors": [{"name": "Ann"}]}
}
PROPS = json.dumps({"dailyPapers": [DAILY]}).replace('"', "&quot;")
HTML = f'<!DOCTYPE html><html><body><div data-target="DailyPapers" data-props="{PROPS}"></div></body></html>'
CSV = 'id,title,abstract,authors,upvotes\n2405.1,"Bees, ""or"" not",They count.,Ann Lee; Bo,3\n,Ants,They carry.,,\n'
ZOTERO = '"Key","Item Type","Author","Title","Abstract Note","Date","DOI","Url","Manual Tags","Extra"\n'
ZOTERO += '"K","preprint","Lee, Ann; Fox, Bo","Bees","They count.","2024-05-23","","","a; b","arXiv:2405.14906 [cs]"\n'
WOS = "FN Clarivate\nVR 1.0\nPT J\nAU Lee, A\n   Fox, B\nTI Bees\nAB They count.\nPY 2024\nDI 10.1021/X\nER\n\nEF\n"
PREDICTION = {"id": "p1", "title": "Bees", "model": "m1", "needs_review": False, "tags": {"habitat": ["sea"]}}
PREDICTION_FULL = PREDICTION | {"scores": {"habitat": {"sea": 0.93, "forest": 0.02}, "diet": {"plants": 0.5}}}
TAGS = """\
# a comment
version: 3
dimensions:
  - id: habitat
    question: "Where does it live?"
    required: true
    tags:
      - {id: sea, name: Sea, means: Salt water, not: forest, also: [ocean, "coral reef"]}
      - id: forest
        name: Forest
        also:
          - woodland
      - {id: lake, was: [pond], since: 2}
      - {id: land, retired: 3, into: [forest, lake]}
  - {id: diet, required: false, tags: [{id: plants}, {id: cs.CV}]}
"""
TAGS_JSON = {
    "version": 2,
    "dimensions": [
        {
            "id": "habitat",
            "question": "Where?",
            "required": "true",
            "tags": [{"id": "sea", "also": ["ocean"]}, {"id": "air"}],
        },
        {"id": "diet", "tags": [{"id": "plants", "was": ["leaves"]}, {"id": "all", "retired": 2, "into": ["plants"]}]},
    ],
}
SAID = {"id": "p1", "annotator": "ann", "habitat": ["sea"], "diet": [], "title": "Bees", "abstract": "They count."}
SKIPPED = {"id": "p2", "annotator": "bob", "skip": True, "title": "Ants", "at": "2026-08-07T09:30:00+02:00"}
GUIDE = (
    "# Guide\n\nRead *first*, [then](https://a.org) tag.\n\n- one\n  - two\n\n> quoted `code`\n\n| a | b |\n|---|---|\n"
)
KEYS = {"habitat": {"sea": "1", "forest": "shift+a"}, "diet": {"plants": ""}}


def _lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _tables() -> dict[str, tuple[bytes, ...]]:
    table = pa.table(
        {
            "id": ["2405.14906", None],
            "title": ["Bees", "Ants"],
            "published": [date(2024, 5, 23), None],
            "authors": [["Ann Lee"], []],
            "upvotes": [3, None],
        }
    )
    parquet, stream, file = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    for sink, new in ((stream, pa.ipc.new_stream), (file, pa.ipc.new_file)):
        with new(sink, table.schema) as writer:
            writer.write_table(table)
    return {"parquet": (parquet.getvalue(),), "Arrow": (stream.getvalue(), file.getvalue())}


PAPERS: Mapping[str, tuple[bytes, ...]] = {
    "page": (PAGE.encode(),),
    "page as HTML": (HTML.encode(),),
    "JSON Lines": (_lines(FULL, OTHER), json.dumps(FULL).encode(), json.dumps([FULL, OTHER]).encode()),
    "Hugging Face API": (json.dumps([DAILY, DAILY]).encode(), json.dumps({"dailyPapers": [DAILY]}).encode()),
    "Semantic Scholar": (json.dumps({"total": 1, "data": [S2]}).encode(), json.dumps(S2, indent=1).encode()),
    "OpenReview": (json.dumps({"notes": [NOTE, NOTE | {"replyto": "f1"}]}).encode(),),
    "OpenAlex": (json.dumps({"meta": {}, "results": [WORK]}).encode(),),
    "CSL JSON": (json.dumps([CSL_FULL]).encode(),),
    "CSV": (CSV.encode(), CSV.replace(",", "\t").encode(), ("sep=,\n" + CSV).encode()),
    "Zotero": (ZOTERO.encode(),),
    "RIS": (RIS.encode(), (RIS * 2).encode("cp1252"), RIS.encode("utf-16")),
    "Web of Science": (WOS.encode(),),
    "BibTeX": (BIBTEX.encode(), b'@misc(a, title = "B" # "C", author = {A and B}, date = {2024-05-23})\n'),
    "Atom": ((ATOM % "").encode(), (ATOM % "<entry/>").replace("UTF-8", "UTF-16").encode("utf-16")),
    "RSS": ((RSS % ("new", "new")).encode(),),
    **_tables(),
    "gzip": (gzip.compress(_lines(FULL)), gzip.compress(RIS.encode()) * 2),
    "zst": (zstandard.compress(_lines(FULL)), zstandard.compress(CSV.encode()) * 2),
    "predictions": (_lines(PREDICTION_FULL), json.dumps(PREDICTION_FULL).encode()),
}
TAG_SETS = (TAGS.encode(), json.dumps(TAGS_JSON).encode(), TAGS.encode("utf-16"))
ANNOTATIONS = (
    _lines(SAID, SKIPPED),
    json.dumps(SAID | PAPER | {"authors": ["Ann Lee"]}).encode(),
    json.dumps(SKIPPED | {"tag_set": 1}).encode(),
)
CONFIGS = (
    _TEMPLATE.format(encoder=DEFAULT_ENCODER).encode(),
    b'tag_set = "tags.yaml"\ntitle = "Mine"\ncurator = \'ann\'\noverlap = 20\nbackups = 3\nmodels = "../m"\n',
)
GUIDES = (GUIDE.encode(), default_tag_set_file().with_name("GUIDE.md").read_bytes())


def archive(files: Mapping[str, bytes], manifest: bytes | None = None) -> bytes:
    """Return a backup's archive of these files; with the manifest that belongs to them, or another."""
    listed = {n: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for n, data in files.items()}
    made = {"format": "tagger-backup", "version": 1, "workspace": "0" * 8, "made_at": "2026-08-07T09:30:00+00:00"}
    document = json.dumps(made | {"before": "", "files": listed}).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
        opened.writestr("manifest.json", document if manifest is None else manifest)
    return packed.getvalue()


def manifest_of(packed: bytes) -> bytes:
    """Return what a backup's archive says of itself."""
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return opened.read("manifest.json")


def dump(path: Path) -> list[str]:
    """Return all that a database holds."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())
