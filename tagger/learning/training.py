"""Trains a model version: body, heads, stack, thresholds, package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tagger.domain.model import ModelVersion, Progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.files import new_folder
from tagger.learning.encoder import find_encoder, paper_text, tag_text
from tagger.learning.examples import Example, data_fingerprint, folds_of, labels_of
from tagger.learning.fitting import OutOfFold, Reading, Readings, fit, fit_words, frozen_readings
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.package import write_package
from tagger.learning.scoring import Fitted

if TYPE_CHECKING:
    from tagger.learning.body import Body, Lowered, Network

# Bodies that have not seen a paper are made by training one for each half of the papers on the other.
BODY_FOLDS = 2
# With fewer papers than this, fine-tuning has nothing to hold on to.
LEAST_FOR_TUNING = 16
ENOUGH_PAPERS = 200


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. ``minutes`` bounds fine-tuning, all its runs together; ``epochs`` is how often it sees a paper."""

    seed: int = 0
    body: Literal["tuned", "frozen"] = "tuned"
    minutes: float = 6.0
    epochs: float = 2.0


@dataclass(frozen=True)
class Texts:
    """All texts after the frozen layers, which no label touches: labelled papers, background papers, tags."""

    body: Body
    papers: list[Lowered]
    background: list[Lowered]
    tags: list[list[Lowered]]

    def part(self, rows: Sequence[int]) -> Texts:
        """Return the same with just those of the labelled papers."""
        return replace(self, papers=[self.papers[i] for i in rows])

    def read(self, upper: Network) -> Reading:
        """Return what an upper part makes of all texts."""
        embed = self.body.embed
        tags = tuple(embed(upper, texts) for texts in self.tags)
        return Reading(embed(upper, self.papers), embed(upper, self.background), tags)


@dataclass(frozen=True)
class Learnt:
    """What training gives: an upper part, what was fitted over it, and what it all said out of fold."""

    upper: Network
    fitted: Fitted
    out_of_fold: list[OutOfFold]
    frozen_f1: float
    tuned_f1: float | None


def train(
    examples: Sequence[Example],
    tag_set: TagSet,
    *,
    name: str,
    models: Path,
    encoder: str,
    options: TrainingOptions,
    background: Sequence[Paper] = (),
    created_at: datetime,
    progress: Progress,
) -> ModelVersion:
    """Train a model version and write it to ``models``/``name``, whole or not at all.

    ``background`` are papers without tags, used only where the labelled ones are few. Raises LearningError without any
    example or a usable encoder.
    """
    if not examples:
        raise LearningError("there is no labelled paper to learn from")
    background = background[: max(ENOUGH_PAPERS - len(examples), 0)]
    texts = read_texts(examples, background, tag_set, encoder, progress)
    as_it_is = texts.read(texts.body.upper)
    learnt = learn(examples, background, tag_set, texts, as_it_is, options, progress)
    version = ModelVersion(
        name=name,
        created_at=created_at,
        encoder=encoder,
        tag_set_version=tag_set.version,
        tag_set_fingerprint=tag_set.fingerprint,
        data_fingerprint=data_fingerprint(examples),
        papers=len(examples),
        figures=_figures(learnt),
    )
    progress("writing the model", 0, 1)
    with new_folder(models / name) as folder:
        texts.body.export(learnt.upper, folder)
        write_package(folder, version, tag_set, learnt.fitted, options.seed)
    progress("writing the model", 1, 1)
    return version


def read_texts(
    examples: Sequence[Example], background: Sequence[Paper], tag_set: TagSet, encoder: str, progress: Progress
) -> Texts:
    """Run the encoder's frozen layers over everything once. Raises LearningError if it can't be loaded."""
    find_encoder(encoder)
    from tagger.learning.body import Body

    body = Body(encoder)
    papers = [example.paper for example in examples]
    lowered = body.lower([paper_text(paper) for paper in (*papers, *background)], progress)
    tags = [body.lower([tag_text(tag) for tag in dimension.tags]) for dimension in tag_set.dimensions]
    return Texts(body, lowered[: len(papers)], lowered[len(papers) :], tags)


def learn(
    examples: Sequence[Example],
    background: Sequence[Paper],
    tag_set: TagSet,
    texts: Texts,
    as_it_is: Reading,
    options: TrainingOptions,
    progress: Progress,
) -> Learnt:
    """Fit over the body as it is and, if that is asked for, over a fine-tuned one; the better out of fold is kept.

    ``as_it_is`` is what the body makes of the texts before any label touched it.

    Both are judged alike, with as many folds, by the mean of micro and macro F1.
    """
    ids = [example.paper.id for example in examples]
    words = fit_words(examples, background, tag_set, options.seed)
    frozen = fit(examples, tag_set, words, frozen_readings(as_it_is, ids), options.seed)
    if options.body == "frozen" or len(examples) < LEAST_FOR_TUNING:
        return Learnt(texts.body.upper, *frozen, _judged(frozen[1]), None)
    upper, readings = _tuned_readings(examples, tag_set, texts, as_it_is, options, progress)
    tuned = fit(examples, tag_set, words, readings, options.seed)
    alike = fit(examples, tag_set, words, frozen_readings(as_it_is, ids, BODY_FOLDS), options.seed)
    frozen_f1, tuned_f1 = _judged(alike[1]), _judged(tuned[1])
    if tuned_f1 > frozen_f1:
        return Learnt(upper, *tuned, frozen_f1, tuned_f1)
    return Learnt(texts.body.upper, *frozen, frozen_f1, tuned_f1)


def _tuned_readings(
    examples: Sequence[Example],
    tag_set: TagSet,
    texts: Texts,
    as_it_is: Reading,
    options: TrainingOptions,
    progress: Progress,
) -> tuple[Network, Readings]:
    import numpy as np

    from tagger.learning.contrastive import Tuning, tune

    labels = [labels_of(examples, dimension) for dimension in tag_set.dimensions]
    folds = folds_of([example.paper.id for example in examples], BODY_FOLDS, "body")
    # The final body sees all papers, each other one its share of them: the time is shared out likewise.
    whole = options.minutes * 60 / BODY_FOLDS

    def tuned_on(rows: list[int], what: str) -> Network:
        tuning = Tuning(options.epochs, whole * len(rows) / len(examples), options.seed)
        part = texts.part(rows).papers
        carried = [y[rows] for y in labels]
        return tune(texts.body, part, carried, as_it_is.tags, tuning, lambda _, n, total: progress(what, n, total))

    unseen = []
    for fold in range(BODY_FOLDS):
        rows = np.flatnonzero(folds != fold).tolist()
        what = f"fine-tuning, check {fold + 1} of {BODY_FOLDS}"
        unseen.append(texts.read(tuned_on(rows, what)) if rows else as_it_is)
    upper = tuned_on(list(range(len(examples))), "fine-tuning")
    return upper, Readings(texts.read(upper), tuple(unseen), folds)


def _judged(out_of_fold: Sequence[OutOfFold]) -> float:
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in out_of_fold])
    return (figures.micro_f1 + figures.macro_f1) / 2


def _figures(learnt: Learnt) -> dict[str, object]:
    """Return what was measured out of fold while training. `tagger evaluate` measures with more care."""
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in learnt.out_of_fold])
    kept = "tuned" if learnt.tuned_f1 is not None and learnt.tuned_f1 > learnt.frozen_f1 else "frozen"
    return asdict(figures) | {"body": kept, "frozen_body_f1": learnt.frozen_f1, "tuned_body_f1": learnt.tuned_f1}
