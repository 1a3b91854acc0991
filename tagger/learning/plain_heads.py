"""The recipe ``setfit``: plain heads over the body and nothing else, so that it can be compared with what tagger does.

The library's own choices stand: a logistic regression a tag with scikit-learn's defaults, and a threshold of one half.
The stack takes part with a weight of one on the body's head and none on anything else, so a model like this is written,
read and used like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tagger.domain.tags import TagSet
from tagger.learning.evidence import FEATURES, LOGIT_BOUND
from tagger.learning.examples import Example
from tagger.learning.fitting import OutOfFold, Readings, fit
from tagger.learning.heads import fit_head, sigmoid
from tagger.learning.scoring import Fitted
from tagger.learning.thresholds import choose, sure_bound
from tagger.learning.word_evidence import WordEvidence, Words, cross_logits

C, THRESHOLD = 1.0, 0.5


def fit_plain_heads(
    examples: Sequence[Example], tag_set: TagSet, words: Words, readings: Readings, seed: int
) -> tuple[Fitted, list[OutOfFold]]:
    """Fit as ``fitting.fit`` does, but with plain heads in place of the stack."""
    import numpy as np

    fitted, _ = fit(examples, tag_set, words, readings, seed)
    said = judge_plain_heads(examples, tag_set, words, readings, seed)
    body_head_alone = [float(name == "body head") for name in (*FEATURES, "intercept")]
    dimensions = tuple(
        replace(
            model,
            body_head=fit_head(readings.final.papers, dimension.labels, C, seed, balanced=False),
            weights=np.tile(body_head_alone, (len(model.weights), 1)),
            thresholds=np.full(len(model.thresholds), THRESHOLD),
        )
        for model, dimension in zip(fitted.dimensions, said, strict=True)
    )
    bound = sure_bound(
        np.concatenate([s.labels for s in said], 1),
        np.concatenate([s.scores for s in said], 1),
        np.concatenate([s.chosen for s in said], 1),
    )
    return replace(fitted, dimensions=dimensions, sure_bound=bound), said


def judge_plain_heads(
    examples: Sequence[Example], tag_set: TagSet, words: Words, readings: Readings, seed: int
) -> list[OutOfFold]:
    """Return what plain heads say out of fold, one a dimension."""
    import numpy as np

    def judged(part: WordEvidence, required: bool) -> OutOfFold:
        logits = cross_logits(
            lambda fold: readings.unseen[fold].papers, part.labels, readings.folds, C, seed, balanced=False
        )
        scores = sigmoid(np.clip(logits, -LOGIT_BOUND, LOGIT_BOUND))
        return OutOfFold(part.labels, part.word_logits, scores, choose(scores, THRESHOLD, required=required))

    return [judged(part, d.required) for part, d in zip(words.dimensions, tag_set.dimensions, strict=True)]
