"""A model version as a folder: safetensors, ONNX and JSON, each with its SHA-256, written whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.model import ModelVersion, TrackRecord
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import ModelError
from tagger.files import new_folder, write_file
from tagger.learning import word_vectors
from tagger.learning.attention import AttentionHead
from tagger.learning.evidence import FEATURES
from tagger.learning.graph import GRAPH
from tagger.learning.heads import Head
from tagger.learning.lexicon import Lexicon
from tagger.learning.neighbours import Neighbours
from tagger.learning.options import parse_aim
from tagger.learning.record import track_records
from tagger.learning.scoring import DimensionModel, Fitted
from tagger.learning.shapes import check_shapes
from tagger.learning.student import Student
from tagger.learning.weights import ENCODER, OWN, SHARED, file_sha256, find_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray


FORMAT = 2
MANIFEST = "manifest.json"
MODEL = "model.json"
HEADS = "heads.safetensors"
_ARRAYS = ("tag_vectors", "tag_embeddings", "likeness_means", "count_means", "frequencies", "weights", "evidence_means")
_NEIGHBOURS = ("embeddings", "meanings", "labels", "asked", "said")
# What reading a file that isn't as it was written comes to.
_DAMAGE = (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
_REMEDY = "Copy it again, or `tagger train` a new one"


def write_package(
    folder: Path,
    version: ModelVersion,
    tag_set: TagSet,
    fitted: Fitted,
    seed: int,
    records: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Add what was fitted, and tags' track records, to a folder that holds the exported encoder already.

    The manifest over all files comes last.
    """
    from safetensors.numpy import save

    (folder / HEADS).write_bytes(save(_tensors(fitted)))
    content = {
        "tag_set": asdict(tag_set),
        "terms": fitted.lexicon.terms,
        "thresholds": {
            d.id: dict(zip(d.tag_ids, m.thresholds.tolist(), strict=True))
            for d, m in zip(tag_set.dimensions, fitted.dimensions, strict=True)
        },
        "sure_bound": fitted.sure_bound,
        "aim": str(fitted.aim),
        "neighbours": {"ids": fitted.neighbours.ids, "titles": fitted.neighbours.titles},
        "features": FEATURES,
        "word_vectors": word_vectors.fingerprint(),
    }
    if records:
        content["track_records"] = records
    if student := fitted.student:
        content["student"] = {"sure_bound": student.sure_bound, "cut": student.cut}
    (folder / MODEL).write_text(_json(content), encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "version": asdict(version) | {"created_at": version.created_at.isoformat()},
        "seed": seed,
        "libraries": _library_versions(),
        "files": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / MANIFEST).write_text(_json(manifest), encoding="utf-8")


def copy_package(folder: Path, to: Path) -> None:
    """Copy a verified model version into a new folder, whole or not at all, its encoder's weights beside it.

    Raises ModelError if it can't be used, and FileExistsError if ``to`` is there already.
    """
    verify(folder)
    weights = find_weights(folder)
    with new_folder(to) as partial:
        for name in (*_manifest(folder)["files"], MANIFEST):
            shutil.copyfile(folder / name, partial / name)
        if weights.parent.name == SHARED:
            write_file(to.parent / SHARED / weights.name, weights.read_bytes())


def read_version(folder: Path) -> ModelVersion:
    """Return what a model version says of itself, without verifying its files. Raises ModelError."""
    fields = _manifest(folder)["version"]
    try:
        created_at = datetime.fromisoformat(fields["created_at"])
        created_at.astimezone(UTC)  # or else it can't be shown
        version = ModelVersion(**(fields | {"created_at": created_at, "name": folder.name}))
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise ModelError(f"{folder / MANIFEST} is damaged", _REMEDY) from error
    texts = (version.encoder, version.tag_set_fingerprint, version.data_fingerprint)
    numbers = (version.tag_set_version, version.papers)
    sound = all(isinstance(t, str) for t in texts) and all(type(n) is int for n in numbers)
    if not sound or created_at.tzinfo is None or not isinstance(version.figures, dict):
        raise ModelError(f"{folder / MANIFEST} is damaged", _REMEDY)
    return version


def verify(folder: Path) -> None:
    """Check every file against its SHA-256. Raises ModelError naming the first that is missing, torn or altered.

    The encoder's own weights, which lie elsewhere, are verified when they are read.
    """
    files = _manifest(folder)["files"]
    for name in (GRAPH, ENCODER, "tokenizer.json", HEADS, MODEL):
        if name not in files:
            raise ModelError(f"the manifest of {folder} doesn't name {name}", _REMEDY)
    if OWN not in files and (folder / OWN).exists():
        raise ModelError(f"the manifest of {folder} doesn't name {OWN}, which is there", _REMEDY)
    for name, expected in files.items():
        if Path(name).name != name or name in ("", ".", ".."):
            raise ModelError(f"the manifest of {folder} names a file outside it: {name}", "Don't use this model")
        try:
            found = file_sha256(folder / name)
        except OSError as error:
            raise ModelError(f"can't read {folder / name}: {error.strerror}", _REMEDY) from error
        if found != expected:
            raise ModelError(f"{folder / name} is damaged or was altered", _REMEDY)


def read_tag_set(folder: Path) -> TagSet:
    """Verify a model version and return the tag set it was trained for. Raises ModelError."""
    verify(folder)
    try:
        return _tag_set(json.loads((folder / MODEL).read_text(encoding="utf-8"))["tag_set"])
    except _DAMAGE as error:
        raise ModelError(f"{folder / MODEL} is damaged", _REMEDY) from error


def read_seed(folder: Path) -> int:
    """Return the seed of a model version's training. Raises ModelError."""
    seed = _manifest(folder).get("seed")
    if type(seed) is not int:
        raise ModelError(f"{folder / MANIFEST} is damaged", _REMEDY)
    return seed


def read_record_document(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a verified model version's track records as they are kept, by dimension and tag id. Raises ModelError."""
    try:
        return dict(json.loads((folder / MODEL).read_text(encoding="utf-8")).get("track_records", {}))
    except _DAMAGE as error:
        raise ModelError(f"{folder / MODEL} is damaged", _REMEDY) from error


def read_track_records(folder: Path) -> dict[tuple[str, str], TrackRecord]:
    """Verify a model version and return how its tags did out of fold, by (dimension id, tag id). Raises ModelError.

    A version that was made before they were kept has none.
    """
    verify(folder)
    try:
        content = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        return track_records(content) if "track_records" in content else {}
    except _DAMAGE as error:
        raise ModelError(f"{folder / MODEL} is damaged", _REMEDY) from error


def read_package(folder: Path) -> tuple[ModelVersion, TagSet, Fitted]:
    """Verify a model version and return it, less its encoder. Raises ModelError."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    verify(folder)
    version = read_version(folder)
    try:
        content = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        tensors = load_file(folder / HEADS)
        tag_set = _tag_set(content["tag_set"])
        if tuple(content["features"]) != FEATURES or content["word_vectors"] != word_vectors.fingerprint():
            raise ModelError(f"{folder} weighs other evidence than this tagger finds", "`tagger train` a new one")
        if tag_set.fingerprint != version.tag_set_fingerprint:
            raise ModelError(f"{folder} holds another tag set than it says", _REMEDY)
        dimensions = tuple(
            _dimension_model(tensors, str(i), [content["thresholds"][d.id][tag] for tag in d.tag_ids])
            for i, d in enumerate(tag_set.dimensions)
        )
        lexicon = Lexicon(tuple(content["terms"]), tensors["rarity"])
        attention_head = AttentionHead(**_part(tensors, "attention_head."))
        labelled = content["neighbours"]
        known = _part(tensors, "neighbours.")
        known.setdefault("asked", np.ones_like(known["labels"]))
        neighbours = Neighbours(tuple(labelled["ids"]), tuple(labelled["titles"]), **known)
        aim, bound = parse_aim(content["aim"]), float(content["sure_bound"])
        student = _student(content["student"], tensors, len(dimensions)) if "student" in content else None
        fitted = Fitted(lexicon, attention_head, dimensions, bound, neighbours, aim, student)
        check_shapes(fitted, _tensors(fitted), tag_set)
    except KeyError as error:
        raise ModelError(f"{folder} lacks {error}", _REMEDY) from error
    except (*_DAMAGE, SafetensorError) as error:
        raise ModelError(f"{folder} holds no usable model: {error}", _REMEDY) from error
    return version, tag_set, fitted


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        number = manifest["format"]
    except OSError as error:
        raise ModelError(f"{folder} is no model version: it has no readable {MANIFEST}", _REMEDY) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{folder / MANIFEST} is damaged", _REMEDY) from error
    if isinstance(number, int) and number != FORMAT:
        hint = "Upgrade tagger to use it" if number > FORMAT else "`tagger train` a new one"
        raise ModelError(f"{folder} has format {number}, this tagger reads {FORMAT}", hint)
    parts = {"format": int, "files": dict, "version": dict}
    if not all(isinstance(manifest.get(part), kind) for part, kind in parts.items()):
        raise ModelError(f"{folder / MANIFEST} is damaged", _REMEDY)
    return dict(manifest)


def _tensors(fitted: Fitted) -> dict[str, NDArray[Any]]:
    import numpy as np

    tensors: dict[str, NDArray[Any]] = {"rarity": fitted.lexicon.rarity}
    tensors |= {f"attention_head.{field}": tensor for field, tensor in vars(fitted.attention_head).items()}
    known = {f"neighbours.{name}": getattr(fitted.neighbours, name) for name in _NEIGHBOURS}
    tensors |= {name: tensor for name, tensor in known.items() if tensor is not None}
    for i, model in enumerate(fitted.dimensions):
        for name, head in (("word_head", model.word_head), ("body_head", model.body_head)):
            tensors |= {f"{i}.{name}.{field}": tensor for field, tensor in vars(head).items()}
        # The largest part of a version by far; half precision is more than its weights need.
        tensors[f"{i}.word_head.weights"] = model.word_head.weights.astype(np.float16)
        tensors |= {f"{i}.{name}": getattr(model, name) for name in _ARRAYS}
    if student := fitted.student:
        for i, (weights, thresholds) in enumerate(zip(student.weights, student.thresholds, strict=True)):
            tensors |= {f"student.{i}.weights": weights, f"student.{i}.thresholds": thresholds}
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _student(content: Mapping[str, float], tensors: Mapping[str, NDArray[Any]], dimensions: int) -> Student:
    weights, thresholds = (
        tuple(tensors[f"student.{i}.{name}"] for i in range(dimensions)) for name in ("weights", "thresholds")
    )
    return Student(weights, thresholds, float(content["sure_bound"]), float(content["cut"]))


def _dimension_model(tensors: Mapping[str, NDArray[Any]], i: str, thresholds: Sequence[float]) -> DimensionModel:
    import numpy as np

    return DimensionModel(
        word_head=Head(tensors[f"{i}.word_head.weights"].astype(np.float32), tensors[f"{i}.word_head.intercepts"]),
        body_head=Head(**_part(tensors, f"{i}.body_head.")),
        thresholds=np.array(thresholds, dtype=np.float64),
        **{name: tensors[f"{i}.{name}"] for name in _ARRAYS},
    )


def _part(tensors: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def _tag_set(document: Mapping[str, Any]) -> TagSet:
    dimensions = [
        Dimension(
            d["id"], d["question"], d["required"], tuple(map(_tag, d["tags"])), tuple(map(_tag, d.get("former", ())))
        )
        for d in document["dimensions"]
    ]
    return TagSet(document["version"], tuple(dimensions))


def _tag(document: Mapping[str, Any]) -> Tag:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    return Tag(**fields)


def _library_versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("digest-tagger", "torch", "setfit", "sentence-transformers", "scikit-learn", "numpy", "onnxruntime")
    return {name: version(name) for name in names}


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
