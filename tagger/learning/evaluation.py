"""Cross-validation: what training would give on papers it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.learning.answers import Answers, Truth, lead, truth
from tagger.learning.curve import curve_sizes, fit_on_few
from tagger.learning.encoder import MAX_TOKENS, paper_text
from tagger.learning.examples import Example, folds_of
from tagger.learning.fitting import Reading
from tagger.learning.lexicon import fit_lexicon
from tagger.learning.metrics import MACRO_SUPPORT, figures_of, reliability
from tagger.learning.options import EvaluationOptions, TrainingOptions
from tagger.learning.peers import CASCADE, FROZEN, SETFIT, STUDENT, TFIDF, PeerAnswers, fit_linear, fit_setfit
from tagger.learning.prediction import is_readable
from tagger.learning.scoring import Fitted, Scored, score
from tagger.learning.student import LEAST_PAPERS as STUDENT_PAPERS
from tagger.learning.training import ENOUGH_PAPERS, learn, read_texts
from tagger.learning.tuning import Texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagger.learning.heads import Matrix

LEAST_PAPERS = 5
WHAT = "cross-validating"


@dataclass(frozen=True)
class CurvePoint:
    """What so many labelled papers give; for the folds' whole training data, the mean of their numbers."""

    papers: int
    answers: Answers


@dataclass(frozen=True)
class Evaluation:
    """Answers of the model and of its peers, TF-IDF first. ``sure`` papers are those that need no review.

    ``curve`` is empty unless it was asked for. ``embeddings`` are the encoder's before any label touched it, (papers,
    dims).
    """

    truth: Truth
    model: Answers
    peers: tuple[Answers, ...]
    sure: NDArray[np.bool_]
    curve: tuple[CurvePoint, ...]
    embeddings: NDArray[np.float32]

    @property
    def folds(self) -> int:
        """How many folds held papers out."""
        return int(self.truth.folds.max()) + 1

    def document(self) -> dict[str, object]:
        """Return everything as one document; figures of the whole are means over the dimensions."""
        tags = {d: {tag: t.document() for tag, t in of.items()} for d, of in self.model.tags().items()}
        peers = [self._peer(peer) for peer in self.peers]
        return {
            **self.model.whole().document(),
            "papers": len(self.sure),
            "folds": self.folds,
            "macro_support": MACRO_SUPPORT,
            "sure": int(self.sure.sum()),
            "sure_example_f1": self._sure_example_f1(),
            "reliability": [asdict(each) for each in reliability(*self.model.pairs())],
            "dimensions": {d: s.document() | {"tags": tags[d]} for d, s in self.model.dimensions().items()},
            "baseline": peers[0],
            "peers": peers,
            "curve": [{"papers": point.papers} | point.answers.whole().document() for point in self.curve],
        }

    def _peer(self, peer: Answers) -> dict[str, object]:
        dimensions = {d: summary.document() for d, summary in peer.dimensions().items()}
        return (
            {"name": peer.name}
            | peer.whole().document()
            | {
                "lead": lead(self.model, peer),
                "dimensions": dimensions,
            }
        )

    def _sure_example_f1(self) -> float | None:
        import numpy as np

        if not self.sure.any():
            return None
        labels, chosen = (np.concatenate(each, 1)[self.sure] for each in (self.truth.labels, self.model.chosen))
        return figures_of(labels, chosen, np.concatenate(self.model.scores, 1)[self.sure]).example_f1


def evaluate(
    examples: Sequence[Example],
    tag_set: TagSet,
    *,
    encoder: str,
    options: TrainingOptions,
    how: EvaluationOptions,
    background: Sequence[Paper] = (),
    progress: Progress,
) -> Evaluation:
    """Hold out each fold in turn, train on the others, heads, body, stack, thresholds and all, and judge.

    Papers are put into folds by a hash of their ids. The encoder's frozen layers are run once: no label touches them.
    ``background`` are papers without tags, used as `train` uses them. Raises LearningError with fewer than five papers,
    or if a fold stays empty.
    """
    if len(examples) < LEAST_PAPERS:
        hint = f"Label {LEAST_PAPERS - len(examples)} more in Label Studio, or `tagger annotations import FILE`"
        raise LearningError(f"{len(examples)} annotated papers are too few to hold some out", hint)
    folds = folds_of([example.paper.id for example in examples], how.folds, "evaluation")
    sizes = [int((folds != fold).sum()) for fold in range(how.folds)]
    if max(sizes) == len(examples) or min(sizes) == 0:
        raise LearningError(f"{len(examples)} papers don't fill {how.folds} folds", "Label more, or take fewer --folds")
    background = background[: max(ENOUGH_PAPERS - min(sizes), 0)]
    texts = read_texts(examples, background, tag_set, encoder, progress)
    run = _Run(examples, background, tag_set, texts, encoder, options, how, folds)
    for fold in range(how.folds):
        progress(WHAT, fold, how.folds)
        run.hold_out(fold)
    progress(WHAT, how.folds, how.folds)
    whole = CurvePoint(round(sum(sizes) / len(sizes)), run.model)
    curve = [CurvePoint(size, answers) for size, answers in run.curve.items()]
    peers = tuple(run.peers.values())
    points = (*curve, whole) if how.curve else ()
    return Evaluation(run.truth, run.model, peers, run.sure, points, run.embeddings)


class _Run:
    """One cross-validation, filled in fold by fold."""

    def __init__(
        self,
        examples: Sequence[Example],
        background: Sequence[Paper],
        tag_set: TagSet,
        texts: Texts,
        encoder: str,
        options: TrainingOptions,
        how: EvaluationOptions,
        folds: NDArray[np.int64],
    ) -> None:
        import numpy as np

        self._examples, self._background, self._tag_set, self._texts = examples, background, tag_set, texts
        self._encoder, self._options, self._how, self._folds = encoder, options, how, folds
        self._as_it_is = texts.read(texts.body.upper)
        self.embeddings = self._as_it_is.papers
        self._unknown = _unknown_shares(texts, [example.paper for example in examples])
        self.truth = truth(tag_set, examples, folds, options.seed)
        self.model = Answers("tagger", self.truth)
        self.peers = {name: Answers(name, self.truth) for name in (TFIDF, FROZEN)}
        if how.setfit_steps:
            self.peers[SETFIT] = Answers(f"{SETFIT}, {how.setfit_steps} steps each", self.truth)
        least = min(int((folds != fold).sum()) for fold in range(how.folds))
        if least >= STUDENT_PAPERS and options.recipe != "setfit":
            self.peers |= {name: Answers(name, self.truth) for name in (CASCADE, STUDENT)}
        self.curve = {size: Answers("tagger", self.truth) for size in (curve_sizes(least) if how.curve else [])}
        self.sure = np.zeros(len(examples), dtype=bool)

    def hold_out(self, fold: int) -> None:
        """Train on all papers but a fold's, in every way, and take the answers for that fold's."""
        import numpy as np

        held_out, known = np.flatnonzero(self._folds == fold), np.flatnonzero(self._folds != fold)
        training = [self._examples[i] for i in known]
        papers = [self._examples[i].paper for i in held_out]
        plain = max(ENOUGH_PAPERS - len(training), 0)
        texts = replace(self._texts.part(known.tolist()), background=self._texts.background[:plain])
        before = Reading(self._as_it_is.papers[known], self._as_it_is.background[:plain], self._as_it_is.tags)
        background = self._background[:plain]
        learnt = learn(training, background, self._tag_set, texts, before, self._options, no_progress)
        embeddings = texts.body.embed(learnt.upper, self._texts.part(held_out.tolist()).papers)
        scored = score(learnt.fitted, self._tag_set, papers, embeddings)
        self.model.take_scored(held_out, scored, learnt.fitted)
        readable = [is_readable(p, self._unknown[i]) for p, i in zip(papers, held_out, strict=True)]
        self.sure[held_out] = scored.sure & np.array(readable)
        if STUDENT in self.peers:
            self._judge_student(held_out, papers, learnt.fitted, scored)
        for size, answers in self.curve.items():
            fitted = fit_on_few(size, training, self._background, self._tag_set, before, self._options)
            answers.take_scored(held_out, score(fitted, self._tag_set, papers, self._as_it_is.papers[held_out]), fitted)
        self._judge_peers(known, held_out)

    def _judge_student(
        self, held_out: NDArray[np.int64], papers: Sequence[Paper], fitted: Fitted, whole: Scored
    ) -> None:
        import numpy as np

        student, said = fitted.student, score(fitted, self._tag_set, papers, None)
        assert student is not None, "a fold has as many papers as a student takes"
        handed = np.zeros((len(papers), 1), dtype=bool)
        handed[student.handed_over(said.disagreement)] = True
        for i, thresholds in enumerate(student.thresholds):
            self.peers[STUDENT].take(i, held_out, said.scores[i], said.chosen[i], thresholds)
            scores = np.where(handed, whole.scores[i], said.scores[i])
            self.peers[CASCADE].take(i, held_out, scores, np.where(handed, whole.chosen[i], said.chosen[i]), thresholds)

    def _judge_peers(self, known: NDArray[np.int64], held_out: NDArray[np.int64]) -> None:
        training, papers = ([self._examples[i].paper for i in rows] for rows in (known, held_out))
        ids, seed, embeddings = [paper.id for paper in training], self._options.seed, self._as_it_is.papers
        lexicon = fit_lexicon(training)
        features: dict[str, tuple[Matrix, Matrix]] = {
            TFIDF: (lexicon.matrix(training), lexicon.matrix(papers)),
            FROZEN: (embeddings[known], embeddings[held_out]),
        }
        for i, dimension in enumerate(self._tag_set.dimensions):
            labels, required = self.truth.labels[i][known], dimension.required
            for name, (before, new) in features.items():
                linear = fit_linear(before, labels, ids, required=required, seed=seed)
                self._take(name, i, held_out, linear.judge(new), linear.threshold)
            if steps := self._how.setfit_steps:
                setfit = fit_setfit(training, labels, encoder=self._encoder, steps=steps, required=required, seed=seed)
                self._take(SETFIT, i, held_out, setfit.judge(papers), setfit.threshold)

    def _take(self, name: str, i: int, rows: NDArray[np.int64], found: PeerAnswers, threshold: float) -> None:
        self.peers[name].take(i, rows, found.scores, found.chosen, threshold)


def _unknown_shares(texts: Texts, papers: Sequence[Paper]) -> list[float]:
    """Return each paper's share of tokens that the encoder doesn't know, counted as when predicting."""
    tokenizer = texts.body.tokenizer
    unknown = tokenizer.backend_tokenizer.token_to_id("[UNK]")
    encoded = [tokenizer(paper_text(paper), truncation=True, max_length=MAX_TOKENS)["input_ids"] for paper in papers]
    return [ids.count(unknown) / max(len(ids), 1) for ids in encoded]
