"""Exports a model version for other programs: a folder that SetFit and sentence-transformers load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.errors import ModelError
from tagger.files import new_folder
from tagger.learning.encoder import MAX_TOKENS, load_sentence_encoder
from tagger.learning.package import read_package
from tagger.learning.weights import read_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.multiclass import OneVsRestClassifier


def export_setfit(model: Path, folder: Path) -> list[str]:
    """Write a model version's body and the heads over it as a SetFit model; returns its labels, ``dimension:tag``.

    It is one multi-label model for all dimensions, which holds what SetFit has a place for: no words, no stack, no
    thresholds, so it tags less well than the version itself. SetFit keeps heads as a pickle. Raises ModelError if the
    version can't be used, LearningError if its encoder isn't here, and FileExistsError if there is such a folder.
    """
    import numpy as np
    import torch
    from setfit import SetFitModel

    version, tag_set, fitted = read_package(model)
    weights = {name: torch.from_numpy(weight) for name, weight in read_weights(model).items()}
    body = load_sentence_encoder(version.encoder, download=True)
    network: Any = body[0]
    network.auto_model.load_state_dict(weights, strict=False)
    body.max_seq_length = MAX_TOKENS
    heads = [dimension.body_head for dimension in fitted.dimensions]
    labels = [f"{dimension.id}:{tag}" for dimension in tag_set.dimensions for tag in dimension.tag_ids]
    if len(labels) < 2:
        raise ModelError("SetFit has no way to hold a single tag", "Export a version of a tag set with more")
    head = _one_vs_rest(
        np.concatenate([head.weights for head in heads], axis=1), np.concatenate([h.intercepts for h in heads])
    )
    exported = SetFitModel(
        body, head, multi_target_strategy="one-vs-rest", normalize_embeddings=True, labels=labels, device="cpu"
    )
    with new_folder(folder) as partial:
        exported.save_pretrained(partial)
    return labels


def _one_vs_rest(weights: NDArray[np.float32], intercepts: NDArray[np.float32]) -> OneVsRestClassifier:
    """Return scikit-learn's classifier that says what heads of shape (dims, tags) say."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import LabelBinarizer

    classifier = OneVsRestClassifier(LogisticRegression())
    classifier.estimators_ = []
    for weight, intercept in zip(weights.T, intercepts, strict=True):
        one = LogisticRegression()
        one.classes_, one.n_features_in_ = np.array([0, 1]), len(weight)
        one.coef_, one.intercept_ = weight[None].astype(np.float64), np.array([intercept], dtype=np.float64)
        classifier.estimators_.append(one)
    classifier.n_features_in_ = len(weights)
    classifier.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(np.eye(len(intercepts), dtype=int))
    return classifier
