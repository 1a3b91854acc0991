"""Makes the starter, the model version that comes with tagger: `make starter ANNOTATIONS=FILE`.

The same annotations, seed and day give the same files.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tagger.domain.model import no_progress
from tagger.learning import package
from tagger.learning.options import TrainingOptions
from tagger.learning.training import train
from tagger.settings import new_workspace, write_config
from tagger.steps.annotations import import_annotations
from tagger.steps.train import labelled_papers
from tagger.steps.workspace import open_workspace
from tagger.store import open_store
from tagger.tagset import default_tag_set_file

FOLDER = Path(__file__).parent / "starter"
CARD = """\
---
language: en
license: apache-2.0
library_name: digest-tagger
pipeline_tag: text-classification
tags: [multi-label-classification, few-shot, research-papers]
base_model: sentence-transformers/all-MiniLM-L6-v2
---

# The starter

The model version that `tagger init` puts into a workspace with the default tag set, so that `tagger predict` has
suggestions on the first day. `tagger train` makes your own from what you label.

| | |
|---|---|
| Trained on | {papers} research papers of daily digests, 2024 to 2026, annotated by reading: `docs/data_card.md` |
| Tags | {tags} in {dimensions} dimensions: the default tag set, version {tag_set_version} (`labels/tags.yaml`) |
| Encoder | {encoder}, {body}; its weights come with the package of that name |
| Out of fold | micro F1 {micro_f1:.3f}, macro F1 {macro_f1:.3f}, average precision {average_precision:.3f} |
| | precision {micro_precision:.3f}, recall {micro_recall:.3f}; a little kinder than `docs/model.md` |
| Calibration | expected calibration error {expected_calibration_error:.3f} out of fold |
| Made by | `make starter`, seed {seed}, {day} |
| Licence | Apache-2.0, as tagger; the encoder's is Apache-2.0 as well |

**For**: suggesting tags for machine-learning papers in English, to be reviewed by people. **Not for**: other fields,
other languages, publishing what nobody has looked at, or judging papers: it tells what one is about, not its worth.

**What it knows of the papers**: their ids, titles and tags, single words and word pairs that stand in two papers or
more, and numbers. No abstract is in it. **Limits**: rare tags rest on a handful of papers (`docs/model.md` has the
figures by cross-validation), what digests of those years seldom listed it seldom suggests, it reads 160 tokens of a
text with the encoder, and its taste in borderline cases is the guide's (`labels/GUIDE.md`).
"""


def main() -> None:
    """Train on a file of annotations, and put the model version with its card into ``models/starter``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("annotations", help="annotations with titles and abstracts, as JSON Lines")
    parser.add_argument("--day", default=f"{datetime.now(UTC):%Y-%m-%d}", help="the day it is dated")
    arguments = parser.parse_args()
    make_starter(arguments.annotations, datetime.fromisoformat(arguments.day).replace(tzinfo=UTC), FOLDER)
    print(f"{FOLDER}: {sum(file.stat().st_size for file in FOLDER.iterdir()) / 1e6:.1f} MB")


def make_starter(annotations: str, day: datetime, folder: Path) -> None:
    """Train on a file of annotations, and put the model version with its card in the place of ``folder``."""
    options = TrainingOptions(body="frozen")
    with tempfile.TemporaryDirectory() as place:
        settings = new_workspace(Path(place), default_tag_set_file().read_bytes())
        open_store(settings.database, create=True).close()
        write_config(settings.folder)
        with open_workspace(settings.folder) as workspace:
            import_annotations(workspace, annotations, strict=True, now=day)
            train(
                labelled_papers(workspace),
                workspace.tag_set,
                name=lambda: folder.name,
                models=settings.models,
                encoder=settings.encoder,
                options=options,
                created_at=day,
                progress=no_progress,
            )
        package.verify(settings.models / folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(settings.models / folder.name, folder)
    (folder / "README.md").write_text(card(folder))


def card(folder: Path) -> str:
    """Return the model card of a version, with the figures of its manifest."""
    version, tag_set, _ = package.read_package(folder)
    return CARD.format(
        **version.figures | {"body": f"{version.figures['body']} body"},
        papers=version.papers,
        tags=sum(len(dimension.tags) for dimension in tag_set.dimensions),
        dimensions=len(tag_set.dimensions),
        tag_set_version=version.tag_set_version,
        encoder=version.encoder,
        seed=json.loads((folder / "manifest.json").read_bytes())["seed"],
        day=f"{version.created_at:%Y-%m-%d}",
    )


if __name__ == "__main__":
    main()
