"""Cross-validation with the real encoder on the invented papers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.learning.encoder import PACKAGED
from tagger.learning.evaluation import Evaluation, evaluate
from tagger.learning.examples import Example
from tagger.learning.options import EvaluationOptions, TrainingOptions
from tagger.learning.peers import fit_setfit
from tests.cli.conftest import Shell
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
ANNOTATIONS = ROOT / "examples" / "annotations_invented.jsonl"
FROZEN = TrainingOptions(body="frozen")


def run(
    examples: list[Example],
    tag_set: TagSet,
    how: EvaluationOptions,
    background: tuple[Paper, ...] = (),
    options: TrainingOptions = FROZEN,
) -> Evaluation:
    return evaluate(
        examples, tag_set, encoder=PACKAGED, options=options, how=how, background=background, progress=no_progress
    )


@pytest.fixture(scope="module")
def evaluation(examples: list[Example], tag_set: TagSet) -> Evaluation:
    unreadable = replace(examples[0], paper=replace(examples[0].paper, abstract=""))
    background = (Paper("other", "An unlabelled paper", "Nobody has tagged it."),)
    return run([unreadable, *examples[1:]], tag_set, EvaluationOptions(folds=2, curve=True), background)


def test_cross_validation_beats_the_peers_for_sure(evaluation: Evaluation) -> None:
    document = evaluation.document()
    assert 0.4 < float(str(document["micro_f1"])) < 0.95, "too good to be held out"
    names = [peer["name"] for peer in document["peers"]]  # type: ignore[attr-defined]
    assert ["TF-IDF" in name for name in names] == [True, False] and "frozen encoder" in names[1]
    for peer in document["peers"]:  # type: ignore[attr-defined]
        assert peer["lead"]["intervals"]["micro_f1"][0] > 0.05
        assert float(str(document["micro_f1"])) - peer["micro_f1"] == pytest.approx(peer["lead"]["micro_f1"])
    json.dumps(document)


def test_every_paper_is_judged_once_and_more_labels_do_better(evaluation: Evaluation) -> None:
    sizes = [point.papers for point in evaluation.curve]
    labelled = len(evaluation.sure)
    assert sizes[:3] == [8, 16, 32] and sizes[-1] == round(labelled / 2)
    micro = [point.answers.whole().figures.micro_f1 for point in evaluation.curve]
    assert micro[-1] > micro[0] + 0.02
    for answers in (evaluation.model, *evaluation.peers, evaluation.curve[0].answers):
        assert all(scores.all() for scores in answers.scores), "a pair was never scored"


def test_a_paper_without_an_abstract_needs_review_as_when_predicting(evaluation: Evaluation) -> None:
    assert not evaluation.sure[0]


def test_setfit_is_judged_with_a_threshold_of_its_own(examples: list[Example]) -> None:
    papers = [example.paper for example in examples[:24]]
    labels = np.array([["text" in e.tags["modality"], True, False] for e in examples[:16]])
    setfit = fit_setfit(papers[:16], labels, encoder=PACKAGED, steps=1, required=True, seed=0)
    answers = setfit.judge(papers[16:])
    assert answers.scores.shape == (8, 3) and setfit.trained.steps == 1
    assert answers.chosen[:, 1].all() and not answers.chosen[:, 2].any()
    assert 0 < setfit.threshold < 1


@pytest.mark.parametrize(("papers", "folds", "reason"), [(4, 3, "too few to hold some out"), (5, 20, "don't fill")])
def test_too_little_to_hold_out_is_said(
    examples: list[Example], tag_set: TagSet, papers: int, folds: int, reason: str
) -> None:
    with pytest.raises(LearningError, match=reason):
        run(examples[:papers], tag_set, EvaluationOptions(folds=folds))


def test_the_command_tells_and_draws_all_of_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell("init")
    shell("annotations", "import", str(ANNOTATIONS))
    options = ["evaluate", "--body", "frozen", "--folds", "2", "--plots", "drawn"]
    told = shell(*options).stdout
    assert max(map(len, told.splitlines())) <= 80
    for part in ("95 %", "in the same folds", "tagger's lead", "threshold", "no review"):
        assert part in told
    drawn = sorted(file.name for file in (tmp_path / "drawn").iterdir())
    assert len(drawn) == 2 * (2 + 3) and {"reliability.svg", "tags-task.png"} <= set(drawn)


def test_plain_setfit_can_be_cross_validated(examples: list[Example], tag_set: TagSet) -> None:
    options = TrainingOptions(recipe="setfit", minutes=0.1)
    document = run(examples, tag_set, EvaluationOptions(folds=2), options=options).document()
    assert 0 < float(str(document["micro_f1"])) < 0.9
