"""Trains a model version: body, heads, stack, thresholds, package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.model import ModelVersion, Progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.files import new_folder
from tagger.learning.encoder import find_encoder, paper_text, tag_text
from tagger.learning.examples import Example, data_fingerprint
from tagger.learning.fitting import OutOfFold, Reading, Readings, fit, frozen_readings, judge
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.options import TrainingOptions
from tagger.learning.package import write_package
from tagger.learning.plain_heads import fit_plain_heads, judge_plain_heads
from tagger.learning.record import record_document
from tagger.learning.scoring import Fitted
from tagger.learning.tuning import BODY_FOLDS, Texts, Tuner
from tagger.learning.word_evidence import fit_words

if TYPE_CHECKING:
    from tagger.learning.graph import Network

# Less than this, out of fold, is noise, and a body of one's own costs minutes and disk.
LEAST_GAIN = 0.005
# With fewer papers than this, fine-tuning has nothing to hold on to.
LEAST_FOR_TUNING = 16
# So many texts tell what is ordinary here; where fewer are labelled, papers without tags make up for it.
ENOUGH_PAPERS = 200


@dataclass(frozen=True)
class Trial:
    """How the bodies did: F1 out of fold over the encoder as it is and over a tuned one, None if that wasn't tried.

    ``steps`` are those of each fine-tuning run: one a half of the papers, and the last on all, 0 if it didn't run.
    """

    frozen_f1: float
    tuned_f1: float | None = None
    steps: tuple[int, ...] = ()

    @property
    def gained(self) -> bool:
        """Whether the tuned body is enough better to be worth using."""
        return self.tuned_f1 is not None and self.tuned_f1 >= self.frozen_f1 + LEAST_GAIN


@dataclass(frozen=True)
class Learnt:
    """What training gives: a body (tuned or frozen), what was fitted over it, and what it all said out of fold."""

    body: str
    upper: Network
    fitted: Fitted
    out_of_fold: list[OutOfFold]
    trial: Trial


def train(
    examples: Sequence[Example],
    tag_set: TagSet,
    *,
    name: Callable[[], str],
    models: Path,
    encoder: str,
    options: TrainingOptions,
    background: Sequence[Paper] = (),
    trust: Mapping[str, float] | None = None,
    created_at: datetime,
    progress: Progress,
) -> ModelVersion:
    """Train a model version and write it to ``models``/``name()``, whole or not at all; the name is asked for then.

    ``background`` are papers without tags, used only where the labelled ones are few. ``trust``, by annotator, is where
    the examples' weights come from, and kept among the figures. Without any example, tags are suggested by their names,
    words and meanings alone. Raises LearningError without a usable encoder, and for the recipe ``setfit`` without any
    example.
    """
    if options.recipe == "setfit" and not examples:
        hint = "Label some in Label Studio, or leave `--recipe` out: tagger's own goes by the tags' words"
        raise LearningError("SetFit learns from labelled papers alone, and there are none", hint)
    background = background[: max(ENOUGH_PAPERS - len(examples), 0)]
    texts = read_texts(examples, background, tag_set, encoder, progress)
    as_it_is = texts.read(texts.body.upper)
    learnt = learn(examples, background, tag_set, texts, as_it_is, options, progress)
    version = ModelVersion(
        name=name(),
        created_at=created_at,
        encoder=encoder,
        tag_set_version=tag_set.version,
        tag_set_fingerprint=tag_set.fingerprint,
        data_fingerprint=data_fingerprint(examples),
        papers=len(examples),
        figures=_figures(learnt, options) | ({"trust": dict(trust)} if trust else {}),
    )
    progress("writing the model", 0, 1)
    with new_folder(models / version.name) as folder:
        texts.body.export(learnt.upper, folder, models)
        records = record_document(tag_set, learnt.fitted.dimensions, learnt.out_of_fold)
        write_package(folder, version, tag_set, learnt.fitted, options.seed, records)
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
    folds, by the mean of micro and macro F1, and only a body that gains is then tuned on all papers. With the recipe
    ``setfit`` it is tuned anyway, and plain heads stand over it.
    """
    plain = options.recipe == "setfit"
    fit_over, judge_over = (fit_plain_heads, judge_plain_heads) if plain else (fit, judge)
    ids = [example.paper.id for example in examples]
    words = fit_words(examples, background, tag_set, options.seed, progress)

    def fitted(readings: Readings) -> tuple[Fitted, list[OutOfFold]]:
        return fit_over(examples, tag_set, words, readings, options.seed, aim=options.aim)

    if options.body == "frozen" or len(examples) < LEAST_FOR_TUNING:
        model, said = fitted(frozen_readings(as_it_is, ids))
        return Learnt("frozen", texts.body.upper, model, said, Trial(_judged(said)))
    tuner = Tuner(examples, tag_set, texts, as_it_is, options, progress)
    halves = tuner.halves()
    judged = [frozen_readings(as_it_is, ids, BODY_FOLDS), Readings(as_it_is, halves, tuner.folds)]
    frozen_f1, tuned_f1 = (_judged(judge_over(examples, tag_set, words, each, options.seed)) for each in judged)
    trial = Trial(frozen_f1, tuned_f1, (*tuner.steps, 0))
    if not trial.gained and not plain:
        return Learnt("frozen", texts.body.upper, *fitted(frozen_readings(as_it_is, ids)), trial)
    upper = tuner.tune(range(len(examples)), "fine-tuning")
    readings = Readings(texts.read(upper), halves, tuner.folds)
    return Learnt("tuned", upper, *fitted(readings), replace(trial, steps=tuple(tuner.steps)))


def _judged(out_of_fold: Sequence[OutOfFold]) -> float:
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in out_of_fold])
    return (figures.micro_f1 + figures.macro_f1) / 2


def _figures(learnt: Learnt, options: TrainingOptions) -> dict[str, object]:
    """Return what was measured out of fold while training. `tagger evaluate` measures with more care.

    The reached figures are of tags that reach their threshold, without those a required dimension gets anyway.
    """
    figures = mean_figures([figures_of(o.labels, o.chosen, o.scores) for o in learnt.out_of_fold])
    models = zip(learnt.out_of_fold, learnt.fitted.dimensions, strict=True)
    reached = mean_figures([figures_of(o.labels, o.scores >= model.thresholds, o.scores) for o, model in models])
    return asdict(figures) | {
        "recipe": options.recipe,
        "aim": str(learnt.fitted.aim),
        "reached_precision": reached.micro_precision,
        "reached_recall": reached.micro_recall,
        "body": learnt.body,
        "frozen_body_f1": learnt.trial.frozen_f1,
        "tuned_body_f1": learnt.trial.tuned_f1,
        "tuning_steps": list(learnt.trial.steps),
    }
