"""An encoder's weights: kept once for all model versions, under the SHA-256 of their file.

A model version holds only those that its training changed. The encoder that comes with tagger isn't copied at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from platform import machine
from typing import TYPE_CHECKING, Any

from tagger.errors import ModelError
from tagger.files import write_file
from tagger.learning.encoder import PACKAGED, find_encoder
from tagger.learning.graph import GRAPH

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

# Beside the model versions; the dot says that it is none.
SHARED = ".weights"
OWN = "body.safetensors"
ENCODER = "encoder.json"
# To be raised when texts are read in another way, so that what is in caches isn't used.
_WAY_OF_READING = 1
_REMEDY = "Copy it again, or `tagger train` a new one"


def share_weights(weights: Mapping[str, torch.Tensor], encoder: str, folder: Path, models: Path) -> None:
    """Keep an encoder's weights, by the names torch has for them, in ``models``, and note in ``folder`` which they are.

    The note is ``encoder.json``: the SHA-256 of their file, and their names.
    """
    from safetensors.torch import save

    if encoder == PACKAGED:
        sha256 = file_sha256(_packaged_file())
    else:
        content = save({name: tensor.contiguous().clone() for name, tensor in weights.items()})
        sha256 = hashlib.sha256(content).hexdigest()
        path = models / SHARED / f"{sha256}.safetensors"
        if not path.exists() or file_sha256(path) != sha256:
            write_file(path, content)
    (folder / ENCODER).write_text(json.dumps({"sha256": sha256, "weights": list(weights)}, indent=1) + "\n")


def read_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Return a model version's weights: its encoder's, whose file is verified, and over them its own.

    Raises ModelError if the encoder's aren't there or are others.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = find_weights(folder)
    try:
        weights: dict[str, Any] = load_file(path)
        if (folder / OWN).exists():
            weights |= load_file(folder / OWN)
        return {name: weights[name] for name in _noted(folder)["weights"]}
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(f"the weights of {folder} can't be read: {error}", _REMEDY) from error


def find_weights(folder: Path) -> Path:
    """Return the verified file of the encoder's weights that a model version was trained over. Raises ModelError."""
    sha256 = _noted(folder)["sha256"]
    shared = folder.parent / SHARED / f"{sha256}.safetensors"
    for path in (shared, _packaged_file()):
        try:
            if path.exists() and file_sha256(path) == sha256:
                return path
        except OSError as error:
            raise ModelError(f"can't read {path}: {error.strerror}") from error
    if shared.exists():
        raise ModelError(f"{shared} is damaged or was altered", _REMEDY)
    hint = f"Copy {SHARED} from where the version was trained into {folder.parent}, or `tagger train` a new one"
    raise ModelError(f"the encoder that {folder} was trained over isn't here", hint)


def encoder_fingerprint(folder: Path) -> bytes:
    """Return SHA-256 of all that a version's embeddings follow from besides the text: graph, weights, what runs them.

    Versions over one encoder that training didn't change have the same. Raises OSError.
    """
    from importlib.metadata import version

    hashed = hashlib.sha256(f"{_WAY_OF_READING} {version('onnxruntime')} {machine()}".encode())
    for name in (GRAPH, ENCODER, OWN):
        hashed.update(file_sha256(folder / name).encode() if (folder / name).exists() else b"none")
    return hashed.digest()


def unused_weights(models: Path, folders: Iterable[Path]) -> list[Path]:
    """Return the files of encoders' weights that none of these model versions was trained over. Raises ModelError."""
    used = {_noted(folder)["sha256"] for folder in folders if (folder / ENCODER).exists()}
    return [path for path in sorted((models / SHARED).glob("*.safetensors")) if path.stem not in used]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _packaged_file() -> Path:
    return Path(find_encoder(PACKAGED)) / "model.safetensors"


def _noted(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / ENCODER).read_text(encoding="utf-8"))
        if Path(note["sha256"]).name == note["sha256"] and all(isinstance(name, str) for name in note["weights"]):
            return dict(note)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{folder / ENCODER} can't be read", _REMEDY) from error
    raise ModelError(f"{folder / ENCODER} can't be read", _REMEDY)
