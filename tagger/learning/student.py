"""The student: the model without its encoder, and the papers of which a cascade asks the whole model.

Words, word vectors and near papers are found in a fraction of the time that the encoder takes. The student weighs them
in a stack of its own, learnt and calibrated out of fold as the model's is. A cascade lets it tag what it is sure of and
hands the rest over (IDK cascades, Wang et al. 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.learning.evidence import FEATURES, OF_THE_ENCODER
from tagger.learning.metrics import f1
from tagger.learning.thresholds import expected_disagreement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# With fewer labelled papers its stack would rest on weights that were learnt beside an encoder's.
LEAST_PAPERS = 100
# A cascade loses no more of micro F1 than this, out of fold, if handing over so many papers suffices for that: of
# those of an archive, no more than one in eight, whatever they are like, so that it is five times as fast as the model.
MOST_LOST = 0.005
MOST_HANDED = 1 / 8


@dataclass(frozen=True)
class Student:
    """One array a dimension: the stack's weights, (tags, features + 1), 0 for the encoder's evidence, and thresholds.

    Lists expected to disagree up to ``sure_bound`` are sure; of those beyond ``cut`` a cascade hands over the worst.
    """

    weights: tuple[NDArray[np.float64], ...]
    thresholds: tuple[NDArray[np.float64], ...]
    sure_bound: float
    cut: float

    def handed_over(self, disagreement: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return which papers of a batch a cascade hands over, in order, given how far each list is expected to err."""
        import numpy as np

        worst = np.argsort(-disagreement, kind="stable")[: math.ceil(len(disagreement) * MOST_HANDED)]
        return np.sort(worst[disagreement[worst] > self.cut])


def without_encoder(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return evidence, or weights of it, (…, features) or (…, features + 1), with 0 for what the encoder finds."""
    found = columns.copy()
    found[..., [FEATURES.index(name) for name in OF_THE_ENCODER]] = 0
    return found


def cascade_cut(
    labels: NDArray[np.bool_],
    whole: NDArray[np.bool_],
    scores: NDArray[np.float64],
    chosen: NDArray[np.bool_],
) -> float:
    """Return the cut at which a cascade hands over no more papers than it has to.

    All arrays are (papers, tags of all dimensions), out of fold: what people said, what the whole model chose, and the
    student's scores and choices.
    """
    import numpy as np

    expected = expected_disagreement(scores, chosen)
    order = np.argsort(-expected, kind="stable")
    most = math.floor(len(order) * MOST_HANDED)
    aim = _micro_f1(labels, whole) - MOST_LOST
    handed = next((n for n in range(most) if _micro_f1(labels, _mixed(chosen, whole, order[:n])) >= aim), most)
    return float(expected[order[handed]])


def _mixed(chosen: NDArray[np.bool_], whole: NDArray[np.bool_], handed: NDArray[np.int64]) -> NDArray[np.bool_]:
    mixed = chosen.copy()
    mixed[handed] = whole[handed]
    return mixed


def _micro_f1(labels: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    return f1(int((labels & chosen).sum()), int(chosen.sum()), int(labels.sum()))
