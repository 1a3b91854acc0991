"""Translates papers, suggestions and annotations to Label Studio's forms and back. Nothing here talks to a server."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.paper import Entry
from tagger.domain.tags import Tags, TagSet
from tagger.studio.page import NOTHING, PAGE_FIELD, TEXT_NAME, id_of_name, name_in_studio
from tagger.studio.paper_page import paper_page


@dataclass(frozen=True, slots=True)
class StudioAnnotation:
    """An annotation as it stands on the server.

    ``from_suggestion`` is the model whose suggestion it started from; ``prefilled``: it started from some suggestion,
    also where that is gone and its model can't be told any more. ``import_id`` is the number, by ``restoration_key``,
    of one that a push put there; one that isn't ``whole`` holds what the tag set doesn't know. ``said`` are its tags by
    the ids that stand there, which may be of before.
    """

    annotation_id: int
    task_id: int
    annotation: Annotation
    from_suggestion: str | None
    prefilled: bool = False
    import_id: int | None = None
    whole: bool = True
    said: Tags = field(default_factory=dict)


def task_data(entry: Entry, suggestion: Suggestion | None, tag_set: TagSet) -> dict[str, str]:
    """Return the data of a paper's task: what the data manager lists, and what the labelling page shows, as HTML.

    Without a suggestion nothing in it tells of one, so that people judge for themselves.
    """
    paper = entry.paper
    return {
        "paper_id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract or "(no abstract)",
        "link": paper.link or paper.id,
        "digest": entry.digest.isoformat() if entry.digest else "",
        PAGE_FIELD: paper_page(entry, suggestion, tag_set),
    }


def data_hash(data: Mapping[str, str]) -> str:
    """Return SHA-256, in hex, of a task's data, by which to tell whether a task has them."""
    return hashlib.sha256(json.dumps(dict(data), sort_keys=True).encode()).hexdigest()


def result_of(tags: Tags) -> list[dict[str, Any]]:
    """Return tags as an annotation's result: one item a dimension that has any."""
    return [
        {
            "from_name": name_in_studio(dimension),
            "to_name": TEXT_NAME,
            "type": "choices",
            "value": {"choices": [name_in_studio(tag) for tag in chosen]},
        }
        for dimension, chosen in tags.items()
        if chosen
    ]


def prediction_of(task_id: int, suggestion: Suggestion) -> dict[str, Any]:
    """Return a suggestion as a prediction; its score is that of its least sure tag."""
    return {
        "task": task_id,
        "model_version": suggestion.model,
        "score": round(min(suggestion.suggested_scores, default=0.0), 4),
        "result": result_of(suggestion.tags),
    }


def restoration_key(annotation: Annotation, project: str) -> tuple[uuid.UUID, int]:
    """Return a unique id and a number for putting an annotation back in a project: the same one has the same."""
    a = annotation
    content = repr((project, a.paper_id, a.annotator, a.skipped, sorted(a.tags.items())))
    digest = hashlib.sha256(content.encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4), int.from_bytes(digest[16:20], "big") >> 1


def tags_of(result: Sequence[Mapping[str, Any]], tag_set: TagSet) -> tuple[Tags, list[str]]:
    """Return the tags in an annotation's result, and what in it the tag set doesn't know, in words.

    Where ids of before are among them, tags are as they were said.
    """
    chosen: dict[str, list[str]] = {}
    problems = []
    known = {dimension.id: dimension for dimension in tag_set.dimensions}
    for item in result:
        dimension = id_of_name(str(item.get("from_name")))
        if item.get("type") != "choices":
            continue
        if dimension not in known:
            problems.append(f"there is no dimension '{dimension}'")
            continue
        for tag in map(id_of_name, item.get("value", {}).get("choices", [])):
            if known[dimension].became(tag):
                chosen.setdefault(dimension, []).append(tag)
            elif tag != NOTHING:
                problems.append(f"'{dimension}' has no tag '{tag}'")
    present = tag_set.translated(chosen) == {dimension: tuple(tags) for dimension, tags in chosen.items()}
    return tag_set.ordered(chosen) if present else {d: tuple(tags) for d, tags in chosen.items()}, problems


def renamed_result(result: Sequence[Mapping[str, Any]], tag_set: TagSet) -> list[dict[str, Any]]:
    """Return an annotation's result with the ids that tags have now; what isn't tags stays as it is."""
    renamed = []
    for item in result:
        choices = item.get("value", {}).get("choices") if item.get("type") == "choices" else None
        if choices is None:
            renamed.append(dict(item))
            continue
        dimension = id_of_name(str(item.get("from_name")))
        if present := tag_set.translated({dimension: map(id_of_name, choices)})[dimension]:
            named = [name_in_studio(tag) for tag in present]
            renamed.append(dict(item) | {"value": dict(item["value"]) | {"choices": named}})
    return renamed


def annotation_of(
    item: Mapping[str, Any], *, task_id: int, paper_id: str, annotator: str, model: str | None, tag_set: TagSet
) -> tuple[StudioAnnotation, list[str]]:
    """Return an annotation of the server's as one of ours, and what in it the tag set doesn't know."""
    skipped = bool(item.get("was_cancelled"))
    said, problems = ({}, []) if skipped else tags_of(item.get("result") or [], tag_set)
    at = item["updated_at"] if isinstance(item["updated_at"], datetime) else datetime.fromisoformat(item["updated_at"])
    annotation = Annotation(paper_id, annotator, at, tag_set.translated(said), skipped)
    where = f"annotation {item['id']} of {paper_id}"
    found = StudioAnnotation(int(item["id"]), task_id, annotation, model, _is_prefilled(item), said=said)
    return found, [f"{where}: {problem}" for problem in problems]


def _is_prefilled(item: Mapping[str, Any]) -> bool:
    """Return whether an annotation started from a suggestion; its parts still tell when that has been deleted."""
    origins = {str(part.get("origin") or "") for part in item.get("result") or []}
    return item.get("parent_prediction") is not None or any(origin.startswith("prediction") for origin in origins)
