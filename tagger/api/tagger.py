"""A model version for other programs: load it, tag papers, tell why, write it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.evidence import Evidence
from tagger.domain.labels import Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.package import copy_package
from tagger.learning.prediction import Predictor, load_predictor
from tagger.learning.setfit_export import export_setfit
from tagger.learning.starter import STARTER, starter_folder
from tagger.settings import CONFIG_NAME

if TYPE_CHECKING:
    from datasets import Dataset

PaperLike = Paper | Mapping[str, object]
"""A paper, or a mapping with its fields as a line of JSON has them: ``title``, and if known ``abstract``, ``id`` …"""


class Tagger:
    """A model version that is ready to tag papers. ``Tagger.load`` makes one.

    It reads what it was loaded from only then, keeps nothing of the papers, and may be used by several threads.
    """

    def __init__(self, folder: Path, predictor: Predictor) -> None:
        self._folder = folder
        self._predictor = predictor

    @classmethod
    def load(cls, model: str | PathLike[str] = STARTER) -> Tagger:
        """Load a model version, every file verified.

        ``model`` is its folder, or a workspace's, for the version that is current there (adapted to the tag set first
        where that has changed since, as commands do), or ``starter``: the one that comes with tagger. Raises ModelError
        if it can't be used, and another TaggerError if the workspace can't.
        """
        folder = starter_folder() if model == STARTER else Path(model)
        if not (folder / CONFIG_NAME).is_file():
            return cls(folder, load_predictor(folder))
        from tagger.steps.adapting import usable_model
        from tagger.steps.workspace import open_workspace

        with open_workspace(folder) as workspace:
            current = usable_model(workspace, datetime.now(UTC))
            return cls(current, load_predictor(current, workspace.tag_set))

    @property
    def version(self) -> ModelVersion:
        """What is known of the model version: its name, what it learnt from, the figures it earned."""
        return self._predictor.version

    @property
    def tag_set(self) -> TagSet:
        """The tag set it was trained for."""
        return self._predictor.tag_set

    def predict(self, papers: Iterable[PaperLike]) -> list[Suggestion]:
        """Return a suggestion for each paper, in order: its tags, a score for every tag, and what speaks for them.

        Raises SourceError for a mapping that describes no paper.
        """
        return self._predictor.predict(papers_of(papers), at=datetime.now(UTC))

    def explain(self, paper: PaperLike) -> Evidence:
        """Return what speaks for each tag that is suggested for a paper, and the labelled papers nearest to it.

        The same stands in a suggestion's ``evidence``. Raises SourceError for a mapping that describes no paper.
        """
        return self.predict([paper])[0].evidence

    def to_dataset(self, papers: Iterable[PaperLike]) -> Dataset:
        """Tag papers and return them as a ``datasets.Dataset``: rows as `tagger predict` writes them, with abstracts.

        Raises SourceError for a mapping that describes no paper.
        """
        from tagger.api.dataset import suggested_dataset

        chosen = papers_of(papers)
        return suggested_dataset(chosen, self.predict(chosen), self.tag_set)

    def save(self, folder: str | PathLike[str]) -> None:
        """Copy the model version into a new folder, whole or not at all; ``load`` takes it from there.

        Raises ModelError if it can't be copied, and FileExistsError if there is such a folder.
        """
        copy_package(self._folder, Path(folder))

    def export_setfit(self, folder: str | PathLike[str]) -> list[str]:
        """Write it as a plain SetFit model into a new folder; returns its labels, ``dimension:tag``.

        SetFit has a place for the encoder and one head a tag only, so the exported model tags less well. Raises
        ModelError if it can't be written so, LearningError if its encoder isn't here, and FileExistsError if there is
        such a folder.
        """
        return export_setfit(self._folder, Path(folder))


def papers_of(papers: Iterable[PaperLike]) -> list[Paper]:
    """Return papers, of which some may be given as mappings. Raises SourceError naming the first that is none."""
    from tagger.errors import SourceError
    from tagger.sources.records import entry_of  # which brings along all that reads files

    if isinstance(papers, (str, Paper, Mapping)):
        raise SourceError("papers are a list of papers", "Put brackets around a single one")
    found = []
    for number, paper in enumerate(papers, 1):
        if isinstance(paper, Paper):
            found.append(paper)
            continue
        if not isinstance(paper, Mapping):
            raise SourceError(f"paper {number} is neither a Paper nor a mapping with its fields")
        try:
            found.append(entry_of(paper, f"paper {number}").paper)
        except ValueError as error:
            raise SourceError(f"paper {number}: {error}") from error
    return found
