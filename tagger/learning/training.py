"""Trains a model version: body, heads, stack, thresholds, package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.model import ModelVersion, Progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.files import new_folder
from tagger.learning.encoder import find_encoder, paper_text, tag_text
from tagger.learning.examples import Example, data_fingerprint, folds_of, labels_of
from tagger.learning.fitting import OutOfFold, Reading, Readings, fit, frozen_readings
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.options import TrainingOptions
from tagger.learning.package import write_package
from tagger.learning.scoring import Fitted
from tagger.learning.word_evidence import fit_words

if TYPE_CHECKING:
    from tagger.learning.body import Body, Lowered, Network

# Bodies that have not seen a paper are made by training one for each half of the papers on the other.
BODY_FOLDS = 2
# Less than this, out of fold, is noise, and a body of one's own costs minutes and disk.
LEAST_GAIN = 0.005
# With fewer papers than this, fine-tuning has nothing to hold on to.
LEAST_FOR_TUNING = 16
# So many texts tell what is ordinary here; where fewer are labelled, papers without tags make up for it.
ENOUGH_PAPERS = 200


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

    @property
    def body(self) -> str:
        """Which body is used: ``tuned`` or ``frozen``."""
        return "tuned" if self.tuned_f1 is not None and self.tuned_f1 >= self.frozen_f1 + LEAST_GAIN else "frozen"


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

    ``background`` are papers without tags, used only where the labelled ones are few. Without any example, tags are
    suggested by their names, words and meanings alone. Raises LearningError without a usable encoder.
    """
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
    """Fit over the body as it is and, if that is asked for and brings something out of fold, over a fine-tuned one.

    ``as_it_is`` is what the body makes of the texts before any label touched it. Both are judged alike, with as many
    folds, by the mean of micro and macro F1, and only a body that gains is then tuned on all papers.
    """
    ids = [example.paper.id for example in examples]
    words = fit_words(examples, background, tag_set, options.seed, progress)
    frozen = fit(examples, tag_set, words, frozen_readings(as_it_is, ids), options.seed, aim=options.aim)
    if options.body == "frozen" or len(examples) < LEAST_FOR_TUNING:
        return Learnt(texts.body.upper, *frozen, _judged(frozen[1]), None)
    tuner = _Tuner(examples, tag_set, texts, as_it_is, options, progress)
    halves = tuner.halves()
    judged = [frozen_readings(as_it_is, ids, BODY_FOLDS), Readings(as_it_is, halves, tuner.folds)]
    frozen_f1, tuned_f1 = (_judged(fit(examples, tag_set, words, each, options.seed)[1]) for each in judged)
    if tuned_f1 < frozen_f1 + LEAST_GAIN:
        return Learnt(texts.body.upper, *frozen, frozen_f1, tuned_f1)
    upper = tuner.tune(range(len(examples)), "fine-tuning")
    readings = Readings(texts.read(upper), halves, tuner.folds)
    tuned = fit(examples, tag_set, words, readings, options.seed, aim=options.aim)
    return Learnt(upper, *tuned, frozen_f1, tuned_f1)


class _Tuner:
    """Fine-tunes the body on all papers or on a part, sharing out the time that may be taken."""

    def __init__(
        self,
        examples: Sequence[Example],
        tag_set: TagSet,
        texts: Texts,
        as_it_is: Reading,
        options: TrainingOptions,
        progress: Progress,
    ) -> None:
        self.folds = folds_of([example.paper.id for example in examples], BODY_FOLDS, "body")
        self._labels = [labels_of(examples, dimension) for dimension in tag_set.dimensions]
        self._texts, self._as_it_is, self._options, self._progress = texts, as_it_is, options, progress

    def halves(self) -> tuple[Reading, ...]:
        """Return, for each fold, what a body makes of all texts that was tuned on the other fold's papers."""
        import numpy as np

        readings = []
        for fold in range(BODY_FOLDS):
            rows = np.flatnonzero(self.folds != fold).tolist()
            what = f"fine-tuning, check {fold + 1} of {BODY_FOLDS}"
            readings.append(self._texts.read(self.tune(rows, what)) if rows else self._as_it_is)
        return tuple(readings)

    def tune(self, rows: Sequence[int], what: str) -> Network:
        """Return an upper part tuned on some papers, in their share of the time."""
        from tagger.learning.contrastive import Tuning, tune

        part = self._texts.part(rows).papers
        # All bodies together see each paper twice: once in a check, once at the end.
        seconds = self._options.minutes * 60 / 2 * len(rows) / len(self.folds)
        tuning = Tuning(self._options.epochs, seconds, self._options.seed)
        carried = [labels[list(rows)] for labels in self._labels]
        progress = self._progress
        return tune(
            self._texts.body, part, carried, self._as_it_is.tags, tuning, lambda _, n, total: progress(what, n, total)
        )


def _judged(out_of_fold: Sequence[OutOfFold]) -> float:
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in out_of_fold])
    return (figures.micro_f1 + figures.macro_f1) / 2


def _figures(learnt: Learnt) -> dict[str, object]:
    """Return what was measured out of fold while training. `tagger evaluate` measures with more care.

    The reached figures are of tags that reach their threshold, without those a required dimension gets anyway.
    """
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in learnt.out_of_fold])
    models = zip(learnt.out_of_fold, learnt.fitted.dimensions, strict=True)
    reached = mean_figures([figures_of(o.labels, o.scores >= model.thresholds, o.scores) for o, model in models])
    aimed = {
        "aim": str(learnt.fitted.aim),
        "reached_precision": reached.micro_precision,
        "reached_recall": reached.micro_recall,
    }
    bodies = {"body": learnt.body, "frozen_body_f1": learnt.frozen_f1, "tuned_body_f1": learnt.tuned_f1}
    return asdict(figures) | bodies | aimed
