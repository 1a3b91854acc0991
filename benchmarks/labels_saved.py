"""How many labels the queue saves: the table and the plot in docs/queue.md.

    python -m benchmarks.labels_saved [--pool ANNOTATIONS.jsonl] [--seeds 5] [--orders random,queue,…] OUT

For every seed a quarter of the papers is kept apart. The others are labelled in an order, and at each size a model is
fitted, judged on those kept apart, and asked which papers to label next: so the queue starts before the first label, as
people do. Every order ends where all are labelled, and what a model of all reaches is the mark. The body is the encoder
as it is, C of the heads is not chosen anew each time, and the prior is the one that comes with tagger, whose twenty
numbers were learnt on the pool.

OUT/labels_saved.jsonl has a line for each model; a run that was cut goes on behind the last order that is whole there.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.make_prior import Pool, read_pool
from tagger.learning import word_evidence
from tagger.learning.acquisition import pick_next
from tagger.learning.examples import labels_of
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.plots import COLOURS, DOTS_PER_INCH, GREY, MARKS, STYLE
from tagger.learning.scoring import Scored, score
from tagger.learning.stack import prior_weights
from tagger.learning.thresholds import expected_disagreement

POOL = Path(__file__).parents[2] / "shared" / "data" / "pool.jsonl"
SIZES = (16, 32, 64, 96, 144, 208, 288)
APART = 0.25
C = 10.0
FIGURES = {"micro_f1": "Micro F1", "macro_f1": "Macro F1"}
Picker = Callable[[Pool, Scored, list[int], list[int], int], list[int]]
Row = dict[str, float | str]


def queue(pool: Pool, said: Scored, candidates: list[int], labelled: list[int], size: int) -> list[int]:
    """Pick as `tagger queue` does."""
    papers = [pool.examples[i].paper for i in candidates]
    scores = [
        {
            d.id: dict(zip(d.tag_ids, of[i], strict=True))
            for d, of in zip(pool.tag_set.dimensions, said.scores, strict=True)
        }
        for i in candidates
    ]
    rows = {paper.id: i for paper, i in zip(papers, candidates, strict=True)}
    picks = pick_next(papers, scores, [pool.examples[i] for i in labelled], pool.tag_set, size)
    return [rows[pick.paper.id] for pick in picks]


def uncertainty(pool: Pool, said: Scored, candidates: list[int], labelled: list[int], size: int) -> list[int]:
    """Pick the papers whose lists of tags are expected to be furthest from the true ones."""
    found = expected_disagreement(np.concatenate(said.scores, 1), np.concatenate(said.chosen, 1))
    return sorted(candidates, key=lambda i: -found[i])[:size]


def diversity(pool: Pool, said: Scored, candidates: list[int], labelled: list[int], size: int) -> list[int]:
    """Pick what is furthest from all labelled or picked, over and over: k-centre (Sener and Savarese 2018)."""
    nearest = (said.meanings[candidates] @ said.meanings[labelled].T).max(1, initial=-1)
    picked = []
    for _ in range(size):
        row = int(nearest.argmin())
        picked.append(candidates[row])
        nearest = np.maximum(nearest, said.meanings[candidates] @ said.meanings[candidates[row]])
        nearest[row] = np.inf
    return picked


def chance(pool: Pool, said: Scored, candidates: list[int], labelled: list[int], size: int) -> list[int]:
    """Pick the next of papers that were shuffled when the seed was drawn."""
    return candidates[:size]


ORDERS: dict[str, Picker] = {"random": chance, "queue": queue, "uncertainty": uncertainty, "diversity": diversity}


def main() -> None:
    """Simulate every order with every seed, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description="How many labels the queue saves.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pool", type=Path, default=POOL)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--orders", default=",".join(ORDERS))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = arguments.out / "labels_saved.jsonl"
    pool = read_pool(str(arguments.pool))
    for seed in range(arguments.seeds):
        for order in arguments.orders.split(","):
            if any((row["order"], row["seed"]) == (order, seed) for row in read_record(record)):
                continue
            with patch.object(word_evidence, "CHOICES_OF_C", (C,)):
                rows = simulate(pool, order, seed)
            with record.open("a") as file:
                file.write("".join(json.dumps(row) + "\n" for row in rows))
    rows = read_record(record)
    print(table(rows))
    draw(rows, arguments.out)


def simulate(pool: Pool, order: str, seed: int) -> list[Row]:
    """Label in an order, and return what a model reaches at each size."""
    shuffled = np.random.default_rng(seed).permutation(len(pool.examples)).tolist()
    apart, papers = np.split(np.array(shuffled), [round(APART * len(shuffled))])
    candidates, labelled, rows = papers.tolist(), [], []
    sizes = [size for size in SIZES if size < len(papers)] + ([len(papers)] if order == "random" else [])
    said = fit(pool, labelled, candidates, seed)
    for size in sizes:
        labelled += ORDERS[order](pool, said, candidates, labelled, size - len(labelled))
        candidates = [i for i in candidates if i not in set(labelled)]
        said = fit(pool, labelled, candidates, seed)
        rows.append({"order": order, "seed": seed, "labels": size} | figures(pool, said, apart.tolist()))
        print(rows[-1], flush=True)
    return rows


def fit(pool: Pool, labelled: list[int], others: list[int], seed: int) -> Scored:
    """Return what a model that learnt from the labelled papers says of all papers of the pool."""
    priors = [prior_weights(len(labelled)) for _ in pool.tag_set.dimensions]
    fitted = pool.fit(labelled, others, seed, priors)
    return score(fitted, pool.tag_set, [example.paper for example in pool.examples], pool.reading.papers)


def figures(pool: Pool, said: Scored, apart: list[int]) -> Row:
    """Return micro and macro F1 on papers kept apart: means over dimensions, as everywhere in tagger."""
    held_out = [pool.examples[i] for i in apart]
    found = mean_figures(
        [
            figures_of(labels_of(held_out, d), chosen[apart], scores[apart])
            for d, chosen, scores in zip(pool.tag_set.dimensions, said.chosen, said.scores, strict=True)
        ]
    )
    return {"micro_f1": found.micro_f1, "macro_f1": found.macro_f1}


class Curves:
    """What was recorded: means over seeds by order and labels, and each seed's own."""

    def __init__(self, rows: Sequence[Row], figure: str) -> None:
        self._values: dict[str, dict[int, dict[int, float]]] = {}
        for row in rows:
            of_order = self._values.setdefault(str(row["order"]), {})
            of_order.setdefault(int(row["labels"]), {})[int(row["seed"])] = float(row[figure])
        self.orders = list(self._values)

    def points(self, order: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return numbers of labels, and means and standard deviations over seeds; all orders end at the same point."""
        most = max(self._values["random"])
        of_order = self._values[order] | {most: self._values["random"][most]}
        labels = sorted(of_order)
        values = [list(of_order[n].values()) for n in labels]
        return np.array(labels, float), np.array([np.mean(v) for v in values]), np.array([np.std(v) for v in values])

    def needed(self, order: str, mark: float) -> float:
        """Return how many labels the mean first reaches the mark with, on straight lines between sizes."""
        labels, means, _ = self.points(order)
        at = int(np.argmax(means >= mark - 1e-9))
        if at == 0:
            return float(labels[0])
        share = (mark - means[at - 1]) / (means[at] - means[at - 1])
        return float(labels[at - 1] + share * (labels[at] - labels[at - 1]))


def table(rows: Sequence[Row]) -> str:
    """Return the figures at each size, and how many labels each order needs to reach what random order does."""
    lines = []
    for figure in FIGURES:
        curves = Curves(rows, figure)
        labels, at_random, _ = curves.points("random")
        lines += ["", f"{figure:14}" + "".join(f"{n:>12.0f}" for n in labels)]
        for order in curves.orders:
            numbers, means, spread = curves.points(order)
            cells = {n: f"{m:.3f} ±{s:.3f}" for n, m, s in zip(numbers, means, spread, strict=True)}
            lines.append(f"{order:14}" + "".join(f"{cells.get(n, ''):>12}" for n in labels))
        for n, mark in list(zip(labels, at_random, strict=True))[-4:]:
            needs = ", ".join(f"{order} {curves.needed(order, mark):.0f}" for order in curves.orders[1:])
            lines.append(f"to reach {mark:.3f}, random order's at {n:.0f}: {needs}")
    return "\n".join(lines)


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Draw the curves, and what random order reaches with all labels, as SVG and PNG."""
    import matplotlib.style
    from matplotlib.figure import Figure

    with matplotlib.style.context(["default", dict(STYLE)]):
        picture = Figure(figsize=(9, 3.6), layout="constrained")
        for axes, (figure, name) in zip(picture.subplots(1, 2), FIGURES.items(), strict=True):
            curves = Curves(rows, figure)
            for order, colour, mark in zip(curves.orders, COLOURS, MARKS, strict=False):
                labels, means, spread = curves.points(order)
                axes.plot(labels, means, color=colour, marker=mark, markersize=3, linewidth=1.4, label=order)
                if order in ("random", "queue"):
                    axes.fill_between(labels, means - spread, means + spread, color=colour, alpha=0.12, linewidth=0)
            axes.axhline(curves.points("random")[1][-1], color=GREY, linewidth=0.8, linestyle=":")
            axes.set(title=name, xlabel="labelled papers")
        axes.legend(loc="lower right")
        for kind in ("svg", "png"):
            metadata = {"Date": None} if kind == "svg" else {}
            picture.savefig(folder / f"labels_saved.{kind}", dpi=DOTS_PER_INCH, metadata=metadata)


def read_record(record: Path) -> list[Row]:
    """Return what was recorded so far."""
    return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


if __name__ == "__main__":
    main()
