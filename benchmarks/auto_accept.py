"""What the rule of `tagger review accept --rule` accepts, and how much of that is right: the tables in docs/trust.md.

    python -m benchmarks.auto_accept ANNOTATIONS.jsonl

Five folds, drawn twice. A model is fitted on the papers outside a fold, or on a part of them, and its bounds are
found from what it said of them out of fold; the rule then runs on the fold's papers, which had no part in either. The
body is the encoder as it is, and the stack has no prior weights, as those were learnt on these papers. The last table
is exact, not simulated: how often blind checks have switched the rule off, by its true precision.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.make_prior import NO_PRIOR, Pool, read_pool
from tagger.domain.model import TrackRecord
from tagger.domain.tags import TagKey
from tagger.learning.examples import folds_of, labels_of
from tagger.learning.fitting import Reading, fit, frozen_readings
from tagger.learning.record import record_document, track_records
from tagger.learning.scoring import score
from tagger.learning.word_evidence import fit_words
from tagger.review.binomial import interval
from tagger.review.checks import Checks
from tagger.review.guarantee import find_bounds

FOLDS, DRAWS = 5, ("one", "two")
SIZES = (120, 480)
TARGETS = (0.9, 0.95, 0.98)
PRECISIONS, CHECKS = (0.99, 0.97, 0.95, 0.9, 0.85, 0.7), (20, 50, 100, 200)


@dataclass
class Accepted:
    """What the rule did over all folds; arrays have one entry a paper."""

    suggested: int = 0
    by: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    papers: int = 0
    whole: int = 0
    without_people: int = 0
    fold_precisions: list[float] = field(default_factory=list)
    of_papers: list[NDArray[np.int64]] = field(default_factory=list)
    wrong_of_papers: list[NDArray[np.int64]] = field(default_factory=list)


@dataclass
class Fold:
    """A fold's record and what was suggested on its papers, one array a dimension, (papers, tags)."""

    records: dict[TagKey, TrackRecord]
    labels: list[NDArray[np.bool_]]
    scores: list[NDArray[np.float64]]
    chosen: list[NDArray[np.bool_]]
    sure: NDArray[np.bool_]


def main(source: str) -> None:
    """Measure and print the tables."""
    pool = read_pool(source)
    print(
        "labels  target  accepted  precision (95 % interval)  folds below  own / pooled / none  wholly  no person  deff"
    )
    for size in SIZES:
        folds = [fold for draw in DRAWS for fold in _folds(pool, draw, size)]
        for target in TARGETS:
            _print_row(pool, folds, size, target)
    print("\ntrue precision" + "".join(f"{f'off by {n}':>12}" for n in CHECKS))
    for precision in PRECISIONS:
        print(f"{precision:14.2f}" + "".join(f"{share:12.3f}" for share in _switched_off(precision, 0.95)))


def _folds(pool: Pool, draw: str, size: int) -> list[Fold]:
    folds = folds_of([example.paper.id for example in pool.examples], FOLDS, f"auto-accept {draw}")
    return [
        _fit(pool, np.flatnonzero(folds != f)[:size].tolist(), np.flatnonzero(folds == f).tolist())
        for f in range(FOLDS)
    ]


def _fit(pool: Pool, known: list[int], apart: list[int]) -> Fold:
    examples, held_out = [pool.examples[i] for i in known], [pool.examples[i] for i in apart]
    reading = Reading(pool.reading.papers[known], pool.reading.papers[:0], pool.reading.tags)
    words = fit_words(examples, (), pool.tag_set, 0)
    readings = frozen_readings(reading, [example.paper.id for example in examples])
    dimensions = pool.tag_set.dimensions
    fitted, said = fit(examples, pool.tag_set, words, readings, 0, [NO_PRIOR for _ in dimensions])
    found = score(fitted, pool.tag_set, [example.paper for example in held_out], pool.reading.papers[apart])
    thresholds = {
        d.id: dict(zip(d.tag_ids, model.thresholds.tolist(), strict=True))
        for d, model in zip(dimensions, fitted.dimensions, strict=True)
    }
    document = record_document(pool.tag_set, fitted.dimensions, said)
    records = track_records({"thresholds": thresholds, "track_records": document})
    labels = [labels_of(held_out, dimension) for dimension in dimensions]
    return Fold(records, labels, list(found.scores), list(found.chosen), found.sure)


def _run(pool: Pool, fold: Fold, target: float, total: Accepted) -> None:
    bounds = find_bounds(fold.records, target)
    papers = len(fold.sure)
    accepted, wrong = np.zeros(papers, np.int64), np.zeros(papers, np.int64)
    whole = np.ones(papers, bool)
    for i, dimension in enumerate(pool.tag_set.dimensions):
        for column, tag in enumerate(dimension.tag_ids):
            bound, chosen = bounds[dimension.id, tag], fold.chosen[i][:, column]
            taken = chosen & (fold.scores[i][:, column] >= (2.0 if bound.score is None else bound.score))
            right = taken & fold.labels[i][:, column]
            whole &= ~(chosen & ~taken)
            accepted, wrong = accepted + taken, wrong + (taken & ~right)
            total.suggested += int(chosen.sum())
            total.tags[bound.how] += 1
            total.by[bound.how] += int(taken.sum())
            total.right[bound.how] += int(right.sum())
    total.papers += papers
    total.whole += int(whole.sum())
    total.without_people += int((whole & fold.sure).sum())
    if accepted.sum():
        total.fold_precisions.append(1 - wrong.sum() / accepted.sum())
    total.of_papers.append(accepted)
    total.wrong_of_papers.append(wrong)


def _print_row(pool: Pool, folds: list[Fold], size: int, target: float) -> None:
    total = Accepted()
    for fold in folds:
        _run(pool, fold, target, total)
    n, k = sum(total.by.values()), sum(total.right.values())
    # Each paper stands in a fold of every draw, so an interval may count it once only.
    low, high = interval(k // len(DRAWS), n // len(DRAWS)) if n else (0.0, 1.0)
    below = sum(precision < target for precision in total.fold_precisions)
    tags = " / ".join(f"{total.tags[how] / len(folds):.1f}" for how in ("own", "pooled", "none"))
    shares = [f"{total.by[how] / total.suggested:.3f}" for how in ("own", "pooled")]
    print(
        f"{size:6}  {target:6}  {n / total.suggested:8.3f}  {k / max(n, 1):.4f} ({low:.3f} to {high:.3f})"
        f"  {below} of {len(total.fold_precisions)}  {tags} ({' + '.join(shares)})"
        f"  {total.whole / total.papers:.3f}  {total.without_people / total.papers:.3f}  {_design_effect(total):.2f}",
        flush=True,
    )


def _design_effect(total: Accepted) -> float:
    """Return how much more the number of wrong tags varies between papers than if tags were wrong independently."""
    accepted, wrong = np.concatenate(total.of_papers), np.concatenate(total.wrong_of_papers)
    rate = wrong.sum() / max(accepted.sum(), 1)
    return float(((wrong - rate * accepted) ** 2).sum() / max(accepted.sum() * rate * (1 - rate), 1e-9))


def _switched_off(precision: float, target: float) -> list[float]:
    """Return the chance that the rule has been switched off at some time by so many checks, tag after tag."""
    standing, off, found = {0: 1.0}, 0.0, []
    for judged in range(1, max(CHECKS) + 1):
        after: dict[int, float] = {}
        for right, chance in standing.items():
            after[right + 1] = after.get(right + 1, 0.0) + chance * precision
            after[right] = after.get(right, 0.0) + chance * (1 - precision)
        failing = {right for right in after if Checks(right, judged).fails(target)}
        off += sum(after[right] for right in failing)
        standing = {right: chance for right, chance in after.items() if right not in failing}
        if judged in CHECKS:
            found.append(off)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
