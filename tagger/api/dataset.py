"""Suggestions and labels as a ``datasets.Dataset``; types are said and not guessed, so that any two can be joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Suggestion
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet

if TYPE_CHECKING:
    from datasets import Dataset


def suggested_dataset(papers: Sequence[Paper], suggestions: Sequence[Suggestion], tag_set: TagSet) -> Dataset:
    """Return papers with what is suggested for each, as `tagger predict` writes it, and their abstracts."""
    from datasets import Value

    from tagger.steps.predict import Predicted

    rows = Predicted("", tag_set, tuple(zip(papers, suggestions, strict=True)), len(papers)).rows()
    scores = {d.id: {tag: Value("float64") for tag in d.tag_ids} for d in tag_set.dimensions}
    more = {"model": Value("string"), "needs_review": Value("bool"), "scores": scores}
    return _dataset([row | {"abstract": p.abstract} for row, p in zip(rows, papers, strict=True)], tag_set, more)


def labelled_dataset(workspace: str | PathLike[str]) -> Dataset:
    """Return the papers of a workspace that people labelled with the tags that hold: what `tagger train` learns from.

    ``weight`` is how far a paper's labels are trusted, 0 to 1; ``unasked`` are tags, ``dimension:tag``, of which they
    say nothing, as these came later. What a rule accepted is left out. Raises the TaggerError that says why the
    workspace can't be read.
    """
    from datasets import List, Value

    from tagger.steps.train import labelled_papers
    from tagger.steps.workspace import open_workspace

    with open_workspace(Path(workspace)) as opened:
        examples, tag_set = labelled_papers(opened), opened.tag_set
    rows = [
        {
            "id": example.paper.id,
            "title": example.paper.title,
            "abstract": example.paper.abstract,
            "tags": {dimension: list(tags) for dimension, tags in example.tags.items()},
            "weight": example.weight,
            "unasked": sorted(f"{d}:{tag}" for d, tag in tag_set.keys - (example.asked or tag_set.keys)),
        }
        for example in examples
    ]
    return _dataset(rows, tag_set, {"weight": Value("float64"), "unasked": List(Value("string"))})


def _dataset(rows: Sequence[Mapping[str, object]], tag_set: TagSet, more: Mapping[str, Any]) -> Dataset:
    from datasets import Dataset, Features, List, Value

    texts = {name: Value("string") for name in ("id", "title", "abstract")}
    tags = {dimension.id: List(Value("string")) for dimension in tag_set.dimensions}
    features = Features({**texts, "tags": tags, **more})
    return Dataset.from_dict({name: [row[name] for row in rows] for name in features}, features)
