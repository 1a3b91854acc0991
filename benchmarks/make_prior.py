"""Makes `tagger/learning/prior.json` again: how a stack weighs evidence before it has many labels of its own.

    python -m benchmarks.make_prior ANNOTATIONS.jsonl

For some numbers of labelled papers, models are fitted on draws of so many, and a stack learns to weigh their evidence
on the papers that weren't drawn, starting from the weights for the next larger number. The weights, averaged over draws
and dimensions, are the prior.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.domain.model import no_progress
from tagger.domain.tags import TagSet
from tagger.learning.encoder import PACKAGED
from tagger.learning.evidence import FEATURES
from tagger.learning.examples import Example, labels_of
from tagger.learning.fitting import Reading, fit, frozen_readings
from tagger.learning.scoring import Fitted, find_evidence
from tagger.learning.stack import LEAST_PENALTY, PRIOR, fit_weights
from tagger.learning.training import ENOUGH_PAPERS, read_texts
from tagger.learning.word_evidence import fit_words
from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set

DRAWS = {256: 2, 64: 4, 16: 8, 0: 1}
NO_PRIOR: NDArray[np.float64] = np.zeros(len(FEATURES) + 1)


@dataclass(frozen=True)
class Pool:
    """Annotated papers as the encoder reads them."""

    examples: list[Example]
    tag_set: TagSet
    reading: Reading

    def fit(self, rows: Sequence[int], others: Sequence[int], seed: int, priors: list[NDArray[np.float64]]) -> Fitted:
        """Fit on some of the papers, with those of ``others`` that are needed as papers without tags."""
        labelled = [self.examples[i] for i in rows]
        plain = list(others[: max(ENOUGH_PAPERS - len(rows), 0)])
        embedded = self.reading.papers
        reading = Reading(embedded[list(rows)], embedded[plain], self.reading.tags)
        words = fit_words(labelled, [self.examples[i].paper for i in plain], self.tag_set, seed)
        readings = frozen_readings(reading, [e.paper.id for e in labelled])
        return fit(labelled, self.tag_set, words, readings, seed, priors)[0]


def read_pool(source: str) -> Pool:
    """Read annotations with their papers and embed them."""
    tag_set = read_tag_set(default_tag_set_file())
    rows = read_annotations(source, [d.id for d in tag_set.dimensions]).rows
    examples = [Example(row.paper, tag_set.ordered(row.tags)) for row in rows if row.paper]
    texts = read_texts(examples, (), tag_set, PACKAGED, no_progress)
    return Pool(examples, tag_set, texts.read(texts.body.upper))


def learn_weights(pool: Pool, known: Sequence[int]) -> dict[int, NDArray[np.float64]]:
    """Return each dimension's weights, shape (dimensions, features + 1), by the number of labelled papers.

    Only the papers of ``known`` are used.
    """
    weights = {}
    start = np.tile(NO_PRIOR, (len(pool.tag_set.dimensions), 1))
    for size in [size for size in DRAWS if size < len(known)]:
        weights[size] = start = _learn_weights(pool, known, size, start)
        print(f"{size} labelled papers", file=sys.stderr)
    return weights


def _learn_weights(pool: Pool, known: Sequence[int], size: int, start: NDArray[np.float64]) -> NDArray[np.float64]:
    found = []
    for draw in range(DRAWS[size]):
        order = np.random.default_rng(draw).permutation(known).tolist()
        drawn, apart = order[:size], order[size:]
        fitted = pool.fit(drawn, apart, draw, [NO_PRIOR] * len(pool.tag_set.dimensions))
        papers = [pool.examples[i].paper for i in apart]
        _, evidence = find_evidence(fitted, pool.tag_set, papers, pool.reading.papers[apart])
        labels = [labels_of([pool.examples[i] for i in apart], dimension) for dimension in pool.tag_set.dimensions]
        found.append(
            [
                fit_weights(features.reshape(-1, len(FEATURES)), true.ravel(), before, LEAST_PENALTY)
                for features, true, before in zip(evidence, labels, start, strict=True)
            ]
        )
    return np.mean(found, axis=0)


def main(source: str) -> None:
    """Learn the weights from the annotations of a JSON Lines file and write them."""
    pool = read_pool(source)
    names = (*FEATURES, "intercept")
    content = [
        {"papers": size, "weights": dict(zip(names, weights.mean(0).round(3).tolist(), strict=True))}
        for size, weights in sorted(learn_weights(pool, range(len(pool.examples))).items())
    ]
    PRIOR.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
