"""SetFit as its library does it (Tunstall et al. 2022), bounded in steps and time: something to compare with.

Everything is the library's default: its Trainer, pairs drawn by oversampling, cosine similarity loss, batches of 16, a
logistic regression a tag. Its own bound would be every pair of papers, which takes days on a laptop.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tagger.domain.model import Progress, no_progress
from tagger.learning.encoder import load_sentence_encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 16

# A SetFitModel, or what belongs to one: the library has no types.
Library: TypeAlias = Any


@dataclass(frozen=True)
class PlainSetFit:
    """A SetFitModel with a head for each tag that some papers carry and others don't.

    ``learnt`` tells these tags, (tags,); ``constants``, (tags,), are what the others always get, 0 or 1. ``steps`` were
    really taken in ``seconds``; ``default_steps`` the library would take on this data if nothing bounded it.
    """

    model: Library
    learnt: NDArray[np.bool_]
    constants: NDArray[np.float64]
    steps: int
    seconds: float
    default_steps: int

    @property
    def seconds_per_step(self) -> float:
        """What one step of fine-tuning took on average; 0 if there was none."""
        return self.seconds / self.steps if self.steps else 0.0

    def predict_probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the heads' probabilities, shape (texts, tags)."""
        import numpy as np

        probabilities = np.tile(self.constants, (len(texts), 1))
        if self.learnt.any() and texts:
            found = np.asarray(self.model.predict_proba(list(texts), as_numpy=True, show_progress_bar=False))
            # A single tag was learnt as two, see below; its own column is the last.
            probabilities[:, self.learnt] = found[:, -int(self.learnt.sum()) :]
        return probabilities


def fit_plain_setfit(
    texts: Sequence[str], labels: NDArray[np.bool_], *, encoder: str, steps: int, seconds: float, seed: int
) -> PlainSetFit:
    """Train a SetFit model on texts with labels of shape (texts, tags), in no more than so many steps and seconds.

    The learning rate falls over ``steps``, or ``default_steps`` if these are fewer; the clock may end them earlier.
    Fitting the heads after them takes as long as reading the texts once. Nothing is downloaded and no file stays.
    Raises LearningError if the encoder isn't on this machine.
    """
    import numpy as np

    learnt = np.asarray(labels.any(0) & ~labels.all(0))
    constants = np.asarray(labels.all(0) & labels.any(0), dtype=np.float64)
    classes, clock = _classes(labels), _Clock(seconds)
    with _quiet():
        model = load_setfit(encoder, download=False)
        _tune(model, texts, classes, steps, seed, clock)
        if learnt.any():
            model.fit(list(texts), classes.astype(int).tolist(), num_epochs=1, show_progress_bar=False)
    return PlainSetFit(model, learnt, constants, clock.steps, clock.spent, _default_steps(classes))


def tune_plain_setfit(
    texts: Sequence[str],
    labels: NDArray[np.bool_],
    *,
    encoder: str,
    prepare: Callable[[Library], None],
    steps: int,
    most_steps: int | None,
    seconds: float,
    seed: int,
    progress: Progress,
) -> tuple[Library, int]:
    """Train a SetFitModel's body alone, and return the model with the number of steps it took.

    As ``fit_plain_setfit`` does it, but ``prepare`` may change the untrained model, and ``most_steps`` ends the run
    too: set to the steps of a run that the clock has ended, it repeats that.
    """
    clock = _Clock(seconds, most_steps, progress)
    with _quiet():
        model = load_setfit(encoder, download=False)
        prepare(model)
        _tune(model, texts, _classes(labels), steps, seed, clock)
    return model, clock.steps


def load_setfit(encoder: str, *, download: bool) -> Library:
    """Return an untrained SetFitModel over an encoder, on the CPU. Raises LearningError if it can't be loaded."""
    from setfit import SetFitModel
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    # The library's own way of loading unpickles a head that lies beside the encoder, which may do anything.
    body, head = load_sentence_encoder(encoder, download=download), OneVsRestClassifier(LogisticRegression())
    return SetFitModel(body, head, multi_target_strategy="one-vs-rest", device="cpu")


def _classes(labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the labels of those tags that can be learnt; a single one as two, without and with it.

    The library can't do with one column.
    """
    import numpy as np

    classes = labels[:, labels.any(0) & ~labels.all(0)]
    return np.concatenate([~classes, classes], axis=1) if classes.shape[1] == 1 else classes


def _default_steps(labels: NDArray[np.bool_]) -> int:
    """Return how many batches of pairs the library draws: as many alike as unlike, each pair at least once.

    Two papers are alike if they share a tag; a paper is paired with itself too. Without an unlike pair the library can
    draw none, so there is no step.
    """
    import numpy as np

    counts = labels.astype(np.int64)
    alike = int(np.triu(counts @ counts.T > 0).sum())
    unlike = len(labels) * (len(labels) + 1) // 2 - alike
    return -(-2 * max(alike, unlike) // BATCH) if alike and unlike else 0


class _Clock:
    """Counts the steps and the time they take, and tells when there were enough of either."""

    def __init__(self, seconds: float, most_steps: int | None = None, progress: Progress = no_progress) -> None:
        self.steps, self.spent = 0, 0.0
        self._started = time.monotonic()
        self._seconds, self._most_steps, self._progress = seconds, most_steps, progress

    def is_up_after(self, step: int, planned: int) -> bool:
        """Note that a step was taken."""
        self.steps, self.spent = step, time.monotonic() - self._started
        self._progress("fine-tuning", step, planned)
        return self.spent >= self._seconds or step == self._most_steps


def _tune(
    model: Library, texts: Sequence[str], classes: NDArray[np.bool_], steps: int, seed: int, clock: _Clock
) -> None:
    """Let the library's Trainer train the body, if there are pairs to train it on."""
    from datasets import Dataset
    from setfit import Trainer, TrainingArguments
    from transformers import PrinterCallback, ProgressCallback, TrainerCallback

    planned = min(steps, _default_steps(classes))
    if not planned:
        return

    class Stop(TrainerCallback):  # type: ignore[misc]
        """Ends the training when the time is up."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: object) -> Any:  # noqa: ANN401
            control.should_training_stop |= clock.is_up_after(state.global_step, planned)
            return control

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=planned,
            seed=seed,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            show_progress_bar=False,
        )
        targets = classes.astype(int).tolist()
        dataset = Dataset.from_dict({"text": list(texts), "label": targets})
        trainer = Trainer(model, arguments, train_dataset=dataset, callbacks=[Stop()])
        trainer.st_trainer.args.dataloader_pin_memory = False
        for talkative in (PrinterCallback, ProgressCallback):
            trainer.st_trainer.remove_callback(talkative)
        trainer.train_embeddings(list(texts), targets)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries on the CPU, and from talking: to the terminal, and to anyone else."""
    import datasets
    import setfit  # importing it sets its own level, so that comes first

    settings = {"ACCELERATE_USE_CPU": "true", "HF_HUB_DISABLE_TELEMETRY": "1", "DISABLE_TELEMETRY": "1"}
    before = {name: os.environ.get(name) for name in settings}
    logger, bars = logging.getLogger(setfit.__name__), not datasets.utils.are_progress_bars_disabled()
    level = logger.level
    os.environ.update(settings)
    logger.setLevel(logging.ERROR)
    datasets.disable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the library warns of is its own way of calling others
            yield
    finally:
        logger.setLevel(level)
        if bars:
            datasets.enable_progress_bars()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
