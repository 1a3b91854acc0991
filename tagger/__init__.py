"""Tags research papers for daily digests: ingest, label, train, auto-tag, review, publish.

What other programs may import stands in ``__all__``, and is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagger.api.classifier import TaggerClassifier
    from tagger.api.dataset import labelled_dataset
    from tagger.api.tagger import Tagger
    from tagger.domain.evidence import Evidence
    from tagger.domain.labels import Suggestion
    from tagger.domain.paper import Paper
    from tagger.domain.tags import Dimension, Tag, TagSet
    from tagger.errors import TaggerError

__version__ = "0.1.0"

__all__ = [
    "Dimension",
    "Evidence",
    "Paper",
    "Suggestion",
    "Tag",
    "TagSet",
    "Tagger",
    "TaggerClassifier",
    "TaggerError",
    "labelled_dataset",
]

_MODULES = {
    "Dimension": "tagger.domain.tags",
    "Evidence": "tagger.domain.evidence",
    "Paper": "tagger.domain.paper",
    "Suggestion": "tagger.domain.labels",
    "Tag": "tagger.domain.tags",
    "TagSet": "tagger.domain.tags",
    "Tagger": "tagger.api.tagger",
    "TaggerClassifier": "tagger.api.classifier",
    "TaggerError": "tagger.errors",
    "labelled_dataset": "tagger.api.dataset",
}


if not TYPE_CHECKING:  # or else any misspelt name would pass there

    def __getattr__(name: str) -> object:
        """Load one of the names of ``__all__``."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found: object = getattr(import_module(_MODULES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return what there is, loaded or not."""
    return sorted({*globals(), *__all__})
