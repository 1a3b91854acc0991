"""The labels of an estimator: what they are called, and what of them a ``y`` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.domain.tags import Dimension, Tag, Tags, TagSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

KnownLabels = TagSet | Mapping[str, str] | Sequence[str]
"""Labels: a tag set, names with meanings, or names."""

DIMENSION = "label"
WANTED = "y has to be a set of labels for each text, or a matrix of 0 and 1, (texts, labels)"


@dataclass(frozen=True)
class LabelSpace:
    """The labels as tags of a tag set, and what they are called, in the order of a matrix's columns."""

    tag_set: TagSet
    names: tuple[str | int, ...]

    def indicator(self, y: Any) -> NDArray[np.bool_]:  # noqa: ANN401
        """Return who carries what, (texts, labels). Raises ValueError where ``y`` says something else."""
        if (matrix := _matrix(y)) is not None:
            if matrix.shape[1] != len(self.names):
                raise ValueError(f"y has {matrix.shape[1]} columns, and there are {len(self.names)} labels")
            return matrix
        column = {name: i for i, name in enumerate(self.names)}
        sets = _label_sets(y, qualified=len(self.tag_set.dimensions) > 1)
        matrix = np.zeros((len(sets), len(column)), dtype=bool)
        for row, labels in enumerate(sets):
            for label in labels:
                if label not in column:
                    raise ValueError(f"y[{row}] has the label {label!r}, which isn't among the labels that are known")
                matrix[row, column[label]] = True
        return matrix

    def tags(self, indicator: NDArray[np.bool_]) -> list[Tags]:
        """Return the tags of each row of a matrix, (texts, labels)."""
        keys = [(d.id, tag) for d in self.tag_set.dimensions for tag in d.tag_ids]
        carried = [[keys[column] for column in np.flatnonzero(row)] for row in indicator]
        return [
            {d.id: tuple(tag for dimension, tag in row if dimension == d.id) for d in self.tag_set.dimensions}
            for row in carried
        ]


def label_space(known: KnownLabels | None, y: Any, *, required: bool) -> LabelSpace:  # noqa: ANN401
    """Return the labels that are ``known``, or else those met in ``y``. Raises ValueError if there are none."""
    if isinstance(known, TagSet):
        several = len(known.dimensions) > 1
        tags = [(d.id, tag) for d in known.dimensions for tag in d.tag_ids]
        return LabelSpace(known, tuple(f"{d}:{tag}" if several else tag for d, tag in tags))
    names: tuple[str | int, ...]
    if isinstance(known, str):
        raise ValueError("tags have to be a list of names, names with meanings, or a TagSet")
    if known is not None:
        names = tuple(dict.fromkeys(known))
    elif (matrix := _matrix(y)) is not None:
        names = tuple(range(matrix.shape[1]))
    else:
        names = tuple(sorted({label for labels in _label_sets(y) for label in labels}))
    if not names:
        raise ValueError("there is no label in y, and none is named in tags")
    meanings = known if isinstance(known, Mapping) else {}
    # The number of a column is no word that a text would use for it.
    tags_ = tuple(Tag(str(n), n if isinstance(n, str) else "", means=meanings.get(str(n), "")) for n in names)
    return LabelSpace(TagSet(1, (Dimension(DIMENSION, "", required, tags_),)), names)


def _matrix(y: Any) -> NDArray[np.bool_] | None:  # noqa: ANN401
    """Return a matrix of 0 and 1, dense or sparse or a data frame, as one of booleans; None if it has no two axes."""
    if getattr(y, "ndim", 1) != 2:
        return None
    found = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    if not np.isin(found, (0, 1)).all():
        raise ValueError(f"{WANTED}; it has other numbers")
    return found.astype(bool)


def _label_sets(y: Any, *, qualified: bool = True) -> list[tuple[str, ...]]:  # noqa: ANN401
    """Return each text's labels; a mapping gives those of each dimension, ``qualified`` by its id.

    Raises ValueError if they are none.
    """
    if y is None or isinstance(y, str) or not isinstance(y, Iterable):
        raise ValueError(f"requires y to be passed, but the target y is {y!r}: {WANTED}")
    sets = []
    for row, labels in enumerate(y):
        if isinstance(labels, Mapping):
            labels = [f"{dimension}:{tag}" if qualified else tag for dimension in labels for tag in labels[dimension]]
        is_set = isinstance(labels, (Sequence, Set, np.ndarray)) and not isinstance(labels, str)
        if not is_set or not all(isinstance(label, str) for label in labels):
            raise ValueError(f"y[{row}] is {labels!r}: {WANTED}")
        sets.append(tuple(map(str, labels)))
    return sets
