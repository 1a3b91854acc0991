"""tagger's classifier as a scikit-learn estimator, for texts and labels of any kind."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from tagger.api.label_space import KnownLabels, label_space
from tagger.api.tagger import PaperLike, Tagger, papers_of
from tagger.domain.model import no_progress
from tagger.domain.paper import Paper, title_id
from tagger.domain.text import clean
from tagger.learning.encoder import PACKAGED
from tagger.learning.examples import Example
from tagger.learning.options import TrainingOptions, parse_aim
from tagger.learning.prediction import Predictor, load_predictor
from tagger.learning.training import train

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "model"


class TaggerClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A multi-label classifier of texts: what `tagger train` trains, with what it is told of the labels.

    ``tags`` are the labels: their names, their names with their meanings, or a tag set. Names and meanings are evidence
    of their own, which counts most where few texts are labelled. Without them the labels are those met in ``y``, or the
    numbers of its columns. Labels of a tag set with several dimensions are called ``dimension:tag``. ``required``: each
    text carries at least one label; a tag set says that itself.

    ``body="tuned"`` fine-tunes the encoder too, in ``minutes`` at most, and keeps that only where it helps. ``aim`` is
    what to suggest labels for, ``f1`` or a floor as in ``precision=0.95``; ``encoder`` what `tagger.toml` takes for it.

    A text whose first line is followed by others has that for its title. Papers and mappings with a paper's fields do,
    too. After ``fit``, ``classes_`` are the labels in the order of all columns, and ``tagger_`` is a ``Tagger``, which
    explains, saves and exports. A fitted estimator can be pickled; like any pickle, load it only if you trust it.
    """

    def __init__(
        self,
        *,
        tags: KnownLabels | None = None,
        required: bool = False,
        body: Literal["frozen", "tuned"] = "frozen",
        minutes: float = 4.0,
        aim: str = "f1",
        encoder: str = PACKAGED,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.tags = tags
        self.required = required
        self.body = body
        self.minutes = minutes
        self.aim = aim
        self.encoder = encoder
        self.random_state = random_state

    def fit(self, X: Iterable[str | PaperLike], y: Any) -> Self:  # noqa: ANN401
        """Learn from texts and their labels: a set of labels for each text, or a matrix of 0 and 1, (texts, labels).

        Raises ValueError where either is something else, and a TaggerError where the encoder can't be used.
        """
        papers, space = _papers(X), label_space(self.tags, y, required=self.required)
        labels = space.indicator(y)
        if len(papers) != len(labels):
            raise ValueError(f"there are {len(papers)} texts, but labels for {len(labels)}")
        if not papers:
            raise ValueError("there is no text to learn from (0 samples), while a minimum of 1 is required")
        models = _Models()
        train(
            [Example(paper, tags) for paper, tags in zip(papers, space.tags(labels), strict=True)],
            space.tag_set,
            name=lambda: NAME,
            models=models.path,
            encoder=self.encoder,
            options=TrainingOptions(
                seed=int(check_random_state(self.random_state).randint(2**31)),
                body=self.body,
                minutes=self.minutes,
                aim=parse_aim(self.aim),
            ),
            created_at=datetime.now(UTC),
            progress=no_progress,
        )
        self.classes_ = np.array(space.names)
        self._space, self._models = space, models
        self._load()
        return self

    def predict(self, X: Iterable[str | PaperLike]) -> NDArray[np.int_]:
        """Return a matrix of 0 and 1, (texts, labels). Raises NotFittedError."""
        check_is_fitted(self)
        chosen = self._predictor.score(_papers(X)).chosen
        return np.asarray(np.concatenate(chosen, axis=1), dtype=np.int_)

    def predict_proba(self, X: Iterable[str | PaperLike]) -> NDArray[np.float64]:
        """Return a calibrated probability of each label for each text, (texts, labels). Raises NotFittedError."""
        check_is_fitted(self)
        return np.concatenate(self._predictor.score(_papers(X)).scores, axis=1)

    def score(self, X: Iterable[str | PaperLike], y: Any, sample_weight: Any = None) -> float:  # noqa: ANN401
        """Return the F1 of all labels together (micro), which tells more than how many whole lists are right."""
        from sklearn.metrics import f1_score

        said = self.predict(X)
        true = self._space.indicator(y)
        return float(f1_score(true, said, average="micro", sample_weight=sample_weight, zero_division=0.0))

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Return what scikit-learn asks: it takes texts, and any number of labels for each."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array, tags.input_tags.string = True, False, True
        tags.target_tags.one_d_labels, tags.target_tags.two_d_labels, tags.target_tags.multi_output = False, True, True
        tags.classifier_tags.multi_class, tags.classifier_tags.multi_label = False, True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but what is loaded from the model's files."""
        return {name: value for name, value in super().__getstate__().items() if name not in ("tagger_", "_predictor")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load the model's files again."""
        super().__setstate__(state)
        if "_models" in state:
            self._load()

    def _load(self) -> None:
        folder = self._models.path / NAME
        self._predictor: Predictor = load_predictor(folder)
        self.tagger_ = Tagger(folder, self._predictor)


class _Models:
    """A temporary folder of model versions, which goes when nobody holds it any more, and is pickled with its files."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tagger-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def __getstate__(self) -> dict[str, bytes]:
        files = (path for path in self.path.rglob("*") if path.is_file())
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in files}

    def __setstate__(self, files: dict[str, bytes]) -> None:
        self.__init__()  # type: ignore[misc]
        for name, content in files.items():
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_bytes(content)


def _papers(texts: Iterable[str | PaperLike]) -> list[Paper]:
    """Return texts as papers. Raises ValueError naming the first that is none."""
    if isinstance(texts, str) or getattr(texts, "ndim", 1) != 1:
        raise ValueError("X has to be a list of texts, or a 1D array of them")
    found = []
    for row, text in enumerate(texts):
        if isinstance(text, str):
            found.append(_paper(text))
        elif isinstance(text, (Paper, Mapping)):
            found += papers_of([text])
        else:
            raise ValueError(f"X[{row}] is {text!r}, which is neither a text nor a paper")
    return found


def _paper(text: str) -> Paper:
    first, _, rest = text.strip().partition("\n")
    title, abstract = (first, rest) if rest.strip() else ("", first)
    # By the same id the same text is recognised, wherever it is met.
    return Paper(title_id(text), clean(title), clean(abstract))
