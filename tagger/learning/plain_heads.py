"""The recipe ``setfit``: plain heads over the body and nothing else, so that it can be compared with what tagger does.

The library's own choices stand: a logistic regression a tag with scikit-learn's defaults, and a threshold of one half.
The stack takes part with a weight of one on the body's head and none on anything else, so a model like this is written,
read and used like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tagger.domain.tags import TagSet
from tagger.learning.evidence import FEATURES, LOGIT_BOUND
from tagger.learning.examples import Example
from tagger.learning.fitting import OutOfFold, Readings, bound_of, fit
from tagger.learning.heads import fit_head, sigmoid
from tagger.learning.options import BEST_F1, Aim
from tagger.learning.scoring import Fitted
from tagger.learning.thresholds import choose, tag_thresholds
from tagger.learning.word_evidence import WordEvidence, Words, cross_logits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

C, THRESHOLD = 1.0, 0.5


def fit_plain_heads(
    examples: Sequence[Example], tag_set: TagSet, words: Words, readings: Readings, seed: int, aim: Aim = BEST_F1
) -> tuple[Fitted, list[OutOfFold]]:
    """Fit as ``fitting.fit`` does, but with plain heads in place of the stack. Other aims than F1 choose thresholds."""
    import numpy as np

    fitted, _ = fit(examples, tag_set, words, readings, seed, aim=aim)
    said = judge_plain_heads(examples, tag_set, words, readings, seed, aim)
    body_head_alone = [float(name == "body head") for name in (*FEATURES, "intercept")]
    dimensions = tuple(
        replace(
            model,
            body_head=fit_head(readings.final.papers, part.labels, C, seed, trust=part.trust, balanced=False),
            weights=np.tile(body_head_alone, (len(model.weights), 1)),
            thresholds=_thresholds(out_of_fold.labels, out_of_fold.scores, dimension.required, aim),
        )
        for model, part, out_of_fold, dimension in zip(
            fitted.dimensions, words.dimensions, said, tag_set.dimensions, strict=True
        )
    )
    neighbours = replace(fitted.neighbours, said=np.concatenate([s.chosen for s in said], axis=1))
    return replace(fitted, dimensions=dimensions, sure_bound=bound_of(said), neighbours=neighbours, student=None), said


def judge_plain_heads(
    examples: Sequence[Example], tag_set: TagSet, words: Words, readings: Readings, seed: int, aim: Aim = BEST_F1
) -> list[OutOfFold]:
    """Return what plain heads say out of fold, one a dimension."""
    import numpy as np

    def judged(part: WordEvidence, required: bool) -> OutOfFold:
        labels, trust, folds = part.labels, part.trust, readings.folds
        logits = cross_logits(lambda f: readings.unseen[f].papers, labels, folds, C, seed, trust=trust, balanced=False)
        scores = sigmoid(np.clip(logits, -LOGIT_BOUND, LOGIT_BOUND)) * (trust > 0)
        chosen = choose(scores, _thresholds(labels, scores, required, aim), required=required) & (trust > 0)
        return OutOfFold(part.labels, part.word_logits, scores, chosen)

    return [judged(part, d.required) for part, d in zip(words.dimensions, tag_set.dimensions, strict=True)]


def _thresholds(
    labels: NDArray[np.bool_], scores: NDArray[np.float64], required: bool, aim: Aim
) -> NDArray[np.float64]:
    import numpy as np

    if aim == BEST_F1:
        return np.full(labels.shape[1], THRESHOLD)
    return tag_thresholds(labels, scores, required=required, aim=aim)
