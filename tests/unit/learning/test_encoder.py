"""What the starter's encoder makes of texts, and what is kept of it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tagger.domain.paper import Paper
from tagger.learning.encoder import OnnxEncoder
from tagger.learning.prediction import load_predictor
from tagger.learning.text_cache import TextCache
from tagger.learning.weights import encoder_fingerprint, read_weights
from tests.conftest import NOW, ROOT

STARTER = ROOT / "models" / "starter"
TEXTS = ["Whales sing in the deep sea.", "Trees", "The wind does not sing. " * 30, ""]


def encoder(cache: Path | None = None, threads: int | None = None) -> OnnxEncoder:
    kept = TextCache(cache, b"this encoder", "float32") if cache else None
    return OnnxEncoder(STARTER, read_weights(STARTER), threads, kept)


def test_a_text_reads_the_same_to_the_byte_whatever_is_read_beside_it() -> None:
    together, _ = encoder(threads=2).encode(TEXTS)
    alone = encoder(threads=1)
    for text, embedding in zip(TEXTS, together, strict=True):
        assert np.array_equal(alone.encode([text])[0][0], embedding)
    assert np.allclose(np.linalg.norm(together, axis=1), 1) and alone.encode([])[0].shape == (0, together.shape[1])


def test_what_was_read_once_is_not_read_again_and_is_the_same_to_the_byte(tmp_path: Path) -> None:
    expected, unknown = encoder().encode(TEXTS)
    encoder(tmp_path).encode(TEXTS[:2])
    told: list[tuple[int, int]] = []
    for already in (2, 4):
        found, shares = encoder(tmp_path).encode(TEXTS, lambda _, done, of: told.append((done, of)))
        assert np.array_equal(found, expected) and np.array_equal(shares, unknown)
        assert told == [(3, 4), (4, 4)], f"{already} were there"


def test_a_damaged_entry_is_read_again_and_mended(tmp_path: Path) -> None:
    expected, _ = encoder(tmp_path).encode(TEXTS)
    entries = {path: path.read_bytes() for path in tmp_path.glob("*/*")}
    assert len(entries) == len(TEXTS)
    for path, content in entries.items():
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert np.array_equal(encoder(tmp_path).encode(TEXTS)[0], expected)
    assert {path: path.read_bytes() for path in tmp_path.glob("*/*")} == entries


def test_versions_over_one_body_share_what_was_read_and_others_do_not(tmp_path: Path) -> None:
    for name in ("same", "tuned", "other"):
        shutil.copytree(STARTER, tmp_path / name)
    (tmp_path / "same" / "heads.safetensors").write_bytes(b"other heads")
    (tmp_path / "tuned" / "body.safetensors").write_bytes(b"weights of its own")
    (tmp_path / "other" / "encoder.json").write_text('{"sha256": "0", "weights": []}')
    found = [encoder_fingerprint(folder) for folder in (STARTER, *(tmp_path / n for n in ("same", "tuned", "other")))]
    assert found[0] == found[1] and len(set(found)) == 3


def test_suggestions_are_the_same_with_and_without_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGGER_CACHE", str(tmp_path))
    papers = [Paper(f"p{i}", text[:20], text) for i, text in enumerate(TEXTS)]
    plain = load_predictor(STARTER, cached=False).predict(papers, at=NOW)
    assert not list(tmp_path.iterdir())
    for _ in range(2):
        assert load_predictor(STARTER).predict(papers, at=NOW) == plain
    assert len(list((tmp_path / "embeddings").glob("*/*"))) == len(TEXTS)
