"""Simpler ways of tagging, judged in the same folds: to know what the rest is worth.

Each gives scores; one threshold a dimension is chosen on what it said, out of fold, of the papers it was trained on.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tagger.domain.paper import Paper
from tagger.learning.encoder import paper_text
from tagger.learning.examples import folds_of
from tagger.learning.heads import Head, fit_head, sigmoid
from tagger.learning.plain_setfit import PlainSetFit, fit_plain_setfit
from tagger.learning.thresholds import best_threshold, choose
from tagger.learning.word_evidence import FOLDS, best_cross_logits, cross_logits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagger.learning.heads import Matrix

TFIDF = "TF-IDF + log. regression"
FROZEN = "frozen encoder + log. regression"
SETFIT = "plain SetFit"
# The model itself with less effort.
CASCADE, STUDENT = "bulk --effort cascade", "bulk --effort student"


@dataclass(frozen=True)
class PeerAnswers:
    """One dimension's scores and choices for papers held out, (papers, tags) each."""

    scores: NDArray[np.float64]
    chosen: NDArray[np.bool_]


@dataclass(frozen=True)
class LinearPeer:
    """A head for one dimension over features of some kind, with its threshold."""

    head: Head
    threshold: float
    required: bool

    def judge(self, features: Matrix) -> PeerAnswers:
        """Return what it says of papers, given their features, (papers, features)."""
        scores = sigmoid(self.head.logits(features))
        return PeerAnswers(scores, choose(scores, self.threshold, required=self.required))


@dataclass(frozen=True)
class SetFitPeer:
    """A SetFit model for one dimension, with its threshold."""

    trained: PlainSetFit
    threshold: float
    required: bool

    def judge(self, papers: Sequence[Paper]) -> PeerAnswers:
        """Return what it says of papers."""
        scores = self.trained.predict_probabilities([paper_text(paper) for paper in papers])
        return PeerAnswers(scores, choose(scores, self.threshold, required=self.required))


def fit_linear(
    features: Matrix, labels: NDArray[np.bool_], paper_ids: Sequence[str], *, required: bool, seed: int
) -> LinearPeer:
    """Fit logistic regressions on features (papers, features) and one dimension's labels (papers, tags)."""
    folds = folds_of(paper_ids, FOLDS, "peers")
    c, logits = best_cross_logits(labels, lambda c: cross_logits(lambda _: features, labels, folds, c, seed))
    head = fit_head(features, labels, c, seed)
    return LinearPeer(head, best_threshold(labels, sigmoid(logits), required=required), required)


def fit_setfit(
    papers: Sequence[Paper],
    labels: NDArray[np.bool_],
    *,
    encoder: str,
    steps: int,
    seconds: float = math.inf,
    required: bool,
    seed: int,
) -> SetFitPeer:
    """Train a SetFit model as its library does on one dimension's labels (papers, tags), bounded in steps and seconds.

    For the threshold its heads are fitted again, out of fold, over the body that has seen all the papers: another body
    would take as long again.
    """
    texts = [paper_text(paper) for paper in papers]
    trained = fit_plain_setfit(texts, labels, encoder=encoder, steps=steps, seconds=seconds, seed=seed)
    said = _cross_heads(trained, texts, labels, folds_of([paper.id for paper in papers], FOLDS, "peers"))
    return SetFitPeer(trained, best_threshold(labels, said, required=required), required)


def _cross_heads(
    trained: PlainSetFit, texts: Sequence[str], labels: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return probabilities, (texts, tags), of heads like the trained ones, each fitted on the other folds."""
    import numpy as np
    from sklearn.base import clone

    said = np.tile(trained.constants, (len(texts), 1))
    if not trained.learnt.any():
        return said
    embeddings = np.asarray(trained.model.encode(list(texts), show_progress_bar=False))
    columns = np.flatnonzero(trained.learnt)
    for fold in np.unique(folds):
        apart = folds == fold
        for column in columns:
            known = labels[~apart, column]
            if known.all() or not known.any():
                said[apart, column] = float(known.any())
                continue
            head: Any = clone(trained.model.model_head.estimator)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # not converged to the last digit is converged enough
                head.fit(embeddings[~apart], known)
            said[apart, column] = head.predict_proba(embeddings[apart])[:, 1]
    return said
