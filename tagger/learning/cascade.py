"""Tags many papers fast: by the student, and by the whole model only where that isn't sure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tagger.domain.labels import Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import ModelError
from tagger.learning.encoder import OnnxEncoder, Tokens, paper_text
from tagger.learning.prediction import read_for, suggestions
from tagger.learning.scoring import Fitted, score
from tagger.learning.student import LEAST_PAPERS
from tagger.learning.weights import read_weights


class Cascade:
    """A model version's student, which hands papers over to its whole where there is an ``encoder``."""

    def __init__(
        self, version: ModelVersion, tag_set: TagSet, fitted: Fitted, tokens: Tokens, encoder: OnnxEncoder | None
    ) -> None:
        self._version, self._tag_set, self._fitted = version, tag_set, fitted
        self._tokens, self._encoder = tokens, encoder

    def predict(self, papers: Sequence[Paper], *, at: datetime) -> list[Suggestion]:
        """Return a suggestion without evidence for each paper, in order.

        What is handed over depends on the papers that are given together: so many of them at most.
        """
        if not papers:
            return []
        texts = [paper_text(paper) for paper in papers]
        scored = score(self._fitted, self._tag_set, papers, None)
        unknown = scored.disagreement * 0
        sure = scored.sure.nonzero()[0]  # the others take a person anyway, whatever they are written in
        unknown[sure] = self._tokens.of([texts[row] for row in sure])[1]
        found = suggestions(self._version.name, self._tag_set, papers, scored, unknown, at)
        student = self._fitted.student
        if self._encoder and student and len(rows := student.handed_over(scored.disagreement)):
            handed = [papers[row] for row in rows]
            embeddings, unread = self._encoder.encode([texts[row] for row in rows])
            again = score(self._fitted, self._tag_set, handed, embeddings)
            said = suggestions(self._version.name, self._tag_set, handed, again, unread, at)
            for row, suggestion in zip(rows, said, strict=True):
                found[row] = suggestion
        return found


def load_cascade(
    folder: Path, present: TagSet | None = None, *, hands_over: bool, threads: int | None = None
) -> Cascade:
    """Load a model version's student, and its encoder if it ``hands_over`` what it isn't sure of.

    ``present`` and ``threads`` are as for `load_predictor`. Raises ModelError in one clear line if the version can't be
    used or has no student.
    """
    version, tag_set, fitted = read_for(folder, present)
    if fitted.student is None:
        hint = f"`tagger train` makes one that has, of {LEAST_PAPERS} labelled papers or more; or leave --effort out"
        raise ModelError(f"the model version {version.name} has no student", hint)
    encoder = OnnxEncoder(folder, read_weights(folder), threads) if hands_over else None
    return Cascade(version, tag_set, fitted, Tokens(folder), encoder)
