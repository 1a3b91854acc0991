"""How well few labelled papers do, or none, with what other dimensions taught and without.

    python -m benchmarks.few_labels ANNOTATIONS.jsonl

Prints micro and macro F1 and the expected calibration error (means over dimensions) on 300 papers kept apart, over
three draws of the labelled ones. A dimension's prior is learnt on the other dimensions alone, and not on the papers
kept apart, as it would be for a tag set that tagger has never seen. The body is the encoder as it is.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.make_prior import NO_PRIOR, Pool, learn_weights, read_pool
from tagger.learning.examples import labels_of
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.scoring import score
from tagger.learning.stack import mixed_weights

SIZES = (0, 1, 4, 8, 16, 32, 64, 150)
DRAWS = 3


def main(source: str) -> None:
    """Measure every size and print a line for each."""
    pool = read_pool(source)
    order = np.random.default_rng(100).permutation(len(pool.examples)).tolist()
    known, apart = order[:-300], order[-300:]
    learnt = learn_weights(pool, known)
    dimensions = range(len(pool.tag_set.dimensions))
    print(f"papers{'with the prior of others':>28}{'without':>28}\n{'':6}" + f"{'micro / macro / ECE':>28}" * 2)
    for size in SIZES:
        others = [
            mixed_weights({n: np.delete(w, d, axis=0).mean(0) for n, w in learnt.items()}, size) for d in dimensions
        ]
        cells = []
        for priors in (others, [NO_PRIOR for _ in dimensions]):
            drawn = [_judge(pool, known, apart, size, draw, priors) for draw in range(DRAWS if size else 1)]
            cells.append(" / ".join(f"{value:.3f}" for value in np.mean(drawn, axis=0)))
        print(f"{size:6}" + "".join(f"{cell:>28}" for cell in cells), flush=True)


def _judge(
    pool: Pool, known: Sequence[int], apart: Sequence[int], size: int, draw: int, priors: list[NDArray[np.float64]]
) -> tuple[float, float, float]:
    drawn = np.random.default_rng(draw).permutation(known).tolist()
    fitted = pool.fit(drawn[:size], drawn[size:], draw, priors)
    held_out = [pool.examples[i] for i in apart]
    scored = score(fitted, pool.tag_set, [e.paper for e in held_out], pool.reading.papers[list(apart)])
    figures = mean_figures(
        [
            figures_of(labels_of(held_out, d), scored.chosen[i], scored.scores[i])
            for i, d in enumerate(pool.tag_set.dimensions)
        ]
    )
    return figures.micro_f1, figures.macro_f1, figures.expected_calibration_error


if __name__ == "__main__":
    main(sys.argv[1])
