"""A reviewer's sitting: paper after paper, each verdict saved as it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tagger.domain.labels import Annotation, EffectiveTag, Suggestion
from tagger.domain.tags import Tag, TagKey
from tagger.review import PaperState, from_annotation, keys_of
from tagger.review.undoing import Said, undoing
from tagger.steps.review import Reviewed, accept, reject, speaking_time, waiting
from tagger.steps.workspace import Workspace

Mark = Literal["accepted", "suggested", "rejected", "open"]
# So many tags of a dimension that aren't suggested are shown, if their score is no less than this.
NEAR, LEAST_NEAR = 2, 0.1


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag as it stands on a paper.

    ``by`` is who gave the verdict, ``tag`` is None if the tag set doesn't have it any more, ``score`` None if the model
    gave it none. ``disputed``: people differ on it. ``unbacked``: no label backs the suggestion.
    """

    key: TagKey
    tag: Tag | None
    mark: Mark
    score: float | None
    by: str = ""
    disputed: bool = False
    unbacked: bool = False

    @property
    def is_in(self) -> bool:
        """Whether the paper carries the tag once it is accepted as it stands."""
        return self.mark in ("accepted", "suggested")


class Sitting:
    """The papers that waited when the sitting began, unsure ones first, and what ``by`` says of them."""

    def __init__(self, workspace: Workspace, *, by: str, day: date | None = None) -> None:
        self._workspace = workspace
        self.by = by
        self._undo: list[tuple[str, Said, Said]] = []
        self.days = list(workspace.store.papers.digest_days())
        self.turn_to(day)

    def turn_to(self, day: date | None) -> None:
        """Take up the waiting papers of a digest, or all. Raises StoreError if there is no such digest."""
        found = waiting(self._workspace, day=day)
        self.day = day
        self.papers = [paper for paper, _ in found]
        self.states = {state.paper_id: state for _, state in found}

    @property
    def left(self) -> int:
        """How many of the papers still wait."""
        return sum(state.status == "waiting" for state in self.states.values())

    def rows(self, paper_id: str) -> dict[str, list[TagRow]]:
        """Return by dimension the tags that are in question on a paper, the surest first, then the nearest others."""
        state = self.states[paper_id]
        held = {(tag.dimension, tag.tag): tag for tag in state.effective}
        suggestion = state.suggestion
        suggested = keys_of(suggestion.tags) if suggestion else []
        in_question = dict.fromkeys([*held, *suggested, *sorted(state.verdicts), *sorted(state.disputed)])
        rows: dict[str, list[TagRow]] = {d.id: [] for d in self._workspace.tag_set.dimensions}
        for key in in_question:
            if key in self._workspace.tag_set.keys or key in held:
                rows.setdefault(key[0], []).append(self._row(key, state, held))
        for dimension in self._workspace.tag_set.dimensions:
            rows[dimension.id].sort(key=lambda row: -(row.score or 0.0))
            others = [self._row((dimension.id, tag), state, held) for tag in dimension.tag_ids]
            near = [row for row in others if row.key not in in_question and (row.score or 0.0) >= LEAST_NEAR]
            rows[dimension.id] += sorted(near, key=lambda row: -(row.score or 0.0))[:NEAR]
        return rows

    def found_words(self, paper_id: str) -> list[str]:
        """Return the words in a paper that speak for its suggested tags."""
        suggestion = self.states[paper_id].suggestion
        kept = [suggestion.evidence.of(*key) for key in keys_of(suggestion.tags)] if suggestion else []
        return list(dict.fromkeys(found.word for evidence in kept if evidence for found in evidence.words))

    def matching(self, text: str) -> list[tuple[TagKey, Tag]]:
        """Return the tags whose id, name or other words hold a text, those first that begin with it."""
        wanted = text.strip().casefold()
        found = []
        for place, (dimension, tag) in enumerate((d, t) for d in self._workspace.tag_set.dimensions for t in d.tags):
            words = [word.casefold() for word in (tag.name, tag.id, *tag.also)]
            if any(wanted in word for word in words):
                begins = not any(word.startswith(wanted) for word in words[:2])
                found.append((begins, place, (dimension.id, tag.id), tag))
        return [(key, tag) for _, _, key, tag in sorted(found, key=lambda each: each[:2])]

    def toggle(self, paper_id: str, key: TagKey, now: datetime, *, into: bool = False) -> None:
        """Take a tag out that is in, or put it in, which ``into`` does anyway.

        Raises TagSetError for one that the tag set has no more.
        """
        rows = [row for rows in self.rows(paper_id).values() for row in rows if row.key == key]
        verdict = reject if rows and rows[0].is_in and not into else accept
        before = self._said(paper_id)
        verdict(self._workspace, [paper_id], [":".join(key)], by=self.by, now=now)
        self._took(paper_id, before)

    def accept(self, paper_id: str, now: datetime) -> Reviewed:
        """Accept a paper as it stands. Raises ReviewError where nothing is suggested."""
        before = self._said(paper_id)
        done = accept(self._workspace, [paper_id], [], by=self.by, now=now)
        self._took(paper_id, before)
        return done

    def skip(self, paper_id: str, now: datetime) -> None:
        """Say that a paper can't be judged: it stays out of what is published until a person gives it a tag."""
        before = self._said(paper_id)
        now = speaking_time(self._workspace, [paper_id], now)
        skipped = Annotation(paper_id, self.by, now, skipped=True)
        self._save(skipped, now, before)
        self._took(paper_id, before)

    def undo(self, now: datetime) -> str | None:
        """Take the last verdict back, and return its paper's id; None if there is none. Raises ReviewError."""
        if not self._undo:
            return None
        paper_id, before, after = self._undo[-1]
        now = speaking_time(self._workspace, [paper_id], now)
        annotations, decisions = undoing(before, after, by=self.by, at=now)
        labels, version = self._workspace.store.labels, self._workspace.tag_set.version
        with self._workspace.store.write():
            labels.annotate(annotations, source="review", tag_set_version=version, now=now)
            labels.decide(decisions, now)
        self._undo.pop()
        self._refresh(paper_id)
        return paper_id

    def _row(self, key: TagKey, state: PaperState, held: dict[TagKey, EffectiveTag]) -> TagRow:
        dimension, tag_id = key
        known = key in self._workspace.tag_set.keys
        tag = self._workspace.tag_set.dimension(dimension).tag(tag_id) if known else None
        mark: Mark = "open"
        if key in held:
            mark = "accepted"
        elif key in state.verdicts or key in state.disputed:
            mark = "rejected"
        elif key in state.undecided:
            mark = "suggested"
        by = f"rule {held[key].rule}" if key in held and held[key].rule else held[key].by if key in held else ""
        unbacked = state.suggestion is not None and key in state.suggestion.unbacked
        return TagRow(key, tag, mark, _score(state.suggestion, key), by, key in state.disputed, unbacked)

    def _said(self, paper_id: str) -> Said:
        labels = self._workspace.store.labels
        return labels.annotations([paper_id]).get(paper_id, []), labels.decisions([paper_id]).get(paper_id, [])

    def _save(self, annotation: Annotation, now: datetime, before: Said) -> None:
        labels, version = self._workspace.store.labels, self._workspace.tag_set.version
        with self._workspace.store.write():
            labels.annotate([annotation], source="review", tag_set_version=version, now=now)
            labels.decide(from_annotation(annotation, None, before[1]), now)

    def _took(self, paper_id: str, before: Said) -> None:
        after = self._said(paper_id)
        if after != before:
            self._undo.append((paper_id, before, after))
        self._refresh(paper_id)

    def _refresh(self, paper_id: str) -> None:
        self.states[paper_id] = self._workspace.states([paper_id])[paper_id]


def _score(suggestion: Suggestion | None, key: TagKey) -> float | None:
    return suggestion.scores.get(key[0], {}).get(key[1]) if suggestion else None
