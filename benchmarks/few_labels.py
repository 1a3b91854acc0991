"""How well few labelled papers do, with the prior, without it, and as shipped: few_labels.py ANNOTATIONS.jsonl

Prints micro and macro F1 (means over dimensions) on 300 papers kept apart, over three draws of the labelled ones. The
body is the encoder as it is.
"""

import sys

import numpy as np

from tagger.domain.model import no_progress
from tagger.domain.tags import TagSet
from tagger.learning import fitting, stack
from tagger.learning.encoder import PACKAGED
from tagger.learning.examples import Example, labels_of
from tagger.learning.fitting import Reading, fit, fit_words, frozen_readings
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.scoring import score
from tagger.learning.training import ENOUGH_PAPERS, read_texts
from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set

SIZES = (1, 4, 16, 32, 64, 150, 300)
DRAWS = 3
SHIPPED = (stack.MOST_PENALTY, stack.LEAST_PENALTY)


def main(source: str) -> None:
    """Measure every size and print a line for each."""
    tag_set = read_tag_set(default_tag_set_file())
    rows = read_annotations(source, [d.id for d in tag_set.dimensions]).rows
    examples = [Example(row.paper, tag_set.ordered(row.tags)) for row in rows if row.paper]
    texts = read_texts(examples, (), tag_set, PACKAGED, no_progress)
    whole = texts.read(texts.body.upper)
    prior = stack.prior_weights()
    ways = {"shipped": (prior, SHIPPED), "no prior": (prior * 0, (1.0, 1.0)), "always strong": (prior, (20.0, 20.0))}
    print("papers  " + "".join(f"{name:>20}" for name in ways))
    for size in SIZES:
        cells = []
        for weights, penalties in ways.values():
            fitting.prior_weights = lambda weights=weights: weights
            stack.MOST_PENALTY, stack.LEAST_PENALTY = penalties
            drawn = [_judge(examples, tag_set, whole, size, draw) for draw in range(DRAWS)]
            micro, macro = np.mean(drawn, axis=0)
            cells.append(f"{micro:.3f} / {macro:.3f}")
        print(f"{size:6}  " + "".join(f"{cell:>20}" for cell in cells), flush=True)


def _judge(examples: list[Example], tag_set: TagSet, whole: Reading, size: int, draw: int) -> tuple[float, float]:
    order = np.random.default_rng(100 + draw).permutation(len(examples)).tolist()
    known, apart = order[:size], order[300:]
    background = order[300 : 300 + max(ENOUGH_PAPERS - size, 0)]
    labelled = [examples[i] for i in known]
    reading = Reading(whole.papers[known], whole.papers[background], whole.tags)
    words = fit_words(labelled, [examples[i].paper for i in background], tag_set, draw)
    fitted, _ = fit(labelled, tag_set, words, frozen_readings(reading, [e.paper.id for e in labelled]), draw)
    held_out = [examples[i] for i in apart]
    scored = score(fitted, tag_set, [e.paper for e in held_out], whole.papers[apart])
    figures = mean_figures(
        [
            figures_of(labels_of(held_out, d), scored.chosen[i], scored.scores[i])
            for i, d in enumerate(tag_set.dimensions)
        ]
    )
    return figures.micro_f1, figures.macro_f1


if __name__ == "__main__":
    main(sys.argv[1])
