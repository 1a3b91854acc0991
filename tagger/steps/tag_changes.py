"""Changes of the tag set, with all that hangs on it: what people said, the model, Label Studio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tagger.domain.labels import standing_annotations
from tagger.domain.model import Progress
from tagger.domain.tags import Tag, TagKey, TagSet
from tagger.errors import StudioError, TagSetError
from tagger.files import write_file
from tagger.review import keys_of
from tagger.steps.adapting import adapt_model, outdated_model
from tagger.steps.backup import back_up_before
from tagger.steps.pull import pull
from tagger.steps.studio import studio_status
from tagger.steps.workspace import Workspace, open_database
from tagger.tagset import find_tag, parse_tag_set, with_other_id, with_retired, with_tag


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of the tag set, made or, in a dry run, only worked out.

    ``annotations``, ``decisions`` and ``suggestions`` say how many carry a tag that it concerns: they stay as they were
    said, and are read in the new way. ``model`` is the version that follows the current one, None where there is none
    to follow it; ``studio`` says what became of the project in Label Studio.
    """

    before: int
    after: int
    changes: tuple[str, ...]
    annotations: int
    decisions: int
    suggestions: int
    model: str | None
    studio: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A tag that another is split into: one there is, or with a meaning, one to be made."""

    id: str
    means: str | None = None


def add(workspace: Workspace, dimension: str, tag: Tag, change: Apply) -> Changed:
    """Add a tag to a dimension. Raises TagSetError."""
    _dimension(workspace, dimension)
    there = {each.id: each for each in workspace.tag_set.dimension(dimension).tags}.get(tag.id)
    if there is not None and there == replace(tag, since=there.since):
        return change(_as_it_is)
    return change(lambda data, name: with_tag(data, name, dimension, tag))


def rename(workspace: Workspace, reference: str, new_id: str | None, name: str | None, change: Apply) -> Changed:
    """Give a tag another id, another name, or both. Raises TagSetError."""
    before = _former(workspace, reference, lambda tag: tag.id == new_id and name in (None, tag.name))
    if before:
        return change(_as_it_is)
    dimension, tag = find_tag(workspace.tag_set, reference)
    return change(lambda data, file: with_other_id(data, file, dimension, tag, new_id or tag, name))


def merge(workspace: Workspace, references: Sequence[str], into: str, change: Apply) -> Changed:
    """Merge tags into another of their dimension, which what carried them carries from now on. Raises TagSetError."""
    dimension, target = find_tag(workspace.tag_set, into)
    there = [each for each in references if not _former(workspace, each, lambda tag: tag.into == (target,))]
    merged = [find_tag(workspace.tag_set, reference) for reference in there]
    for other, tag in merged:
        if other != dimension:
            raise TagSetError(f"'{tag}' is a tag of {other}, and '{target}' one of {dimension}", "Merge within one")
        if tag == target:
            raise TagSetError(f"'{tag}' can't be merged into itself", "Name other tags")
    tags = [tag for _, tag in merged]
    return change(lambda data, name: with_retired(data, name, dimension, tags, [target]) if tags else data)


def split(workspace: Workspace, reference: str, parts: Sequence[Part], change: Apply) -> Changed:
    """Split a tag into parts, of which those with a meaning are new. Raises TagSetError."""
    ids = [part.id for part in parts]
    if _former(workspace, reference, lambda tag: tag.into == tuple(ids)):
        return change(_as_it_is)
    dimension, tag = find_tag(workspace.tag_set, reference)
    if len(set(ids)) < 2 or tag in ids:
        raise TagSetError(f"'{tag}' has to be split into two other tags or more", "Give --into for each")

    def edit(data: bytes, name: str) -> bytes:
        for part in parts:
            if part.means is not None:
                data = with_tag(data, name, dimension, Tag(part.id, part.id, part.means))
        present = parse_tag_set(data, name).dimension(dimension).tag_ids
        for missing in set(ids) - set(present):
            raise TagSetError(f"no tag '{dimension}:{missing}' in the tag set", f"Write {missing}=MEANING to make it")
        return with_retired(data, name, dimension, [tag], ids)

    return change(edit)


def retire(workspace: Workspace, references: Iterable[str], change: Apply) -> Changed:
    """Retire tags: they aren't given any more, and hold for no paper. Raises TagSetError."""
    there = [each for each in references if not _former(workspace, each, lambda tag: tag.retired and not tag.into)]
    keys = [find_tag(workspace.tag_set, reference) for reference in there]
    by_dimension: dict[str, list[str]] = {}
    for dimension, tag in keys:
        by_dimension.setdefault(dimension, []).append(tag)

    def edit(data: bytes, name: str) -> bytes:
        for dimension, tags in by_dimension.items():
            if set(tags) == set(workspace.tag_set.dimension(dimension).tag_ids):
                raise TagSetError(f"{dimension} would have no tag left", "Take it out of the file instead")
            data = with_retired(data, name, dimension, tags)
        return data

    return change(edit)


@dataclass(frozen=True)
class Apply:
    """Makes a change in a workspace or, in a ``dry_run``, says what it would do.

    What people did in Label Studio is pulled first, and a backup is made. Then the file is written, which is the
    change; all else follows from it, and is caught up with by the next command if this one is killed: by the same one,
    too, which finds its change made. Nothing that was said is rewritten.
    """

    workspace: Workspace
    now: datetime
    progress: Progress
    dry_run: bool = False

    def __call__(self, edit: Callable[[bytes, str], bytes]) -> Changed:
        """Make the change that ``edit`` makes of the file, given its content and name. Raises TagSetError."""
        file = self.workspace.settings.tag_set_file
        data = edit(file.read_bytes(), str(file))
        after = parse_tag_set(data, str(file))
        found = _consequences(self.workspace, after)
        if self.dry_run:
            return replace(found, dry_run=True)
        running = self._pull(self.workspace)
        back_up_before(self.workspace.settings, "tag-change")
        with self.workspace.store.write():  # nobody else changes the file meanwhile
            if parse_tag_set(file.read_bytes(), str(file)) != self.workspace.tag_set:
                raise TagSetError(f"{file} was changed meanwhile", "Run the command again")
            write_file(file, data)
        with open_database(self.workspace.settings, after) as store:
            changed = replace(self.workspace, tag_set=after, store=store)
            model = adapt_model(changed, self.now)
            if running:
                self._pull(changed)
        studio = "page and annotations renamed" if running else found.studio
        return replace(found, model=model.name if model else None, studio=studio)

    def _pull(self, workspace: Workspace) -> bool:
        """Pull where there is a project to pull from; returns whether there was."""
        status = studio_status(workspace.settings, workspace.store)
        if not status.running or status.project is None:
            return False
        try:
            pull(workspace, now=self.now, progress=self.progress)
        except StudioError as error:
            raise StudioError(f"can't take what was done in Label Studio: {error.message}", error.hint) from error
        return True


def _as_it_is(data: bytes, _: str) -> bytes:
    return data


def _former(workspace: Workspace, reference: str, became: Callable[[Tag], object]) -> list[Tag]:
    """Return the tags that a name stood for before, and that became what was asked for: then it was done before."""
    dimension, _, wanted = reference.rpartition(":")
    return [
        tag
        for d in workspace.tag_set.dimensions
        if dimension in ("", d.id) and wanted not in d.tag_ids
        for tag in (*d.tags, *d.former)
        if wanted in tag.ids and became(tag)
    ]


def _consequences(workspace: Workspace, after: TagSet) -> Changed:
    before = workspace.tag_set
    concerned = {key for key in before.keys if after.present(*key) != key[1]}
    labels, suggestions = workspace.store.labels, workspace.store.suggestions
    standing = [a for said in labels.annotations().values() for a in standing_annotations(said)]
    decisions = [d for said in labels.decisions().values() for d in said]
    suggested = [s for said in suggestions.of().values() for s in said]
    outdated = outdated_model(workspace, after)
    linked = studio_status(workspace.settings, workspace.store)
    waits = "isn't running: its page follows when `tagger pull` or `tagger push` runs next"
    return Changed(
        before=before.version,
        after=after.version,
        changes=tuple(_in_words(before, after)),
        annotations=sum(not concerned.isdisjoint(keys_of(a.tags)) for a in standing),
        decisions=sum((d.dimension, d.tag) in concerned for d in decisions),
        suggestions=sum(not concerned.isdisjoint(keys_of(s.tags)) for s in suggested),
        model=f"follows {outdated.name}" if outdated else None,
        studio="no project yet" if linked.project is None else ("" if linked.running else waits),
        dry_run=False,
    )


def _in_words(before: TagSet, after: TagSet) -> Iterable[str]:
    for was, now in zip(before.dimensions, after.dimensions, strict=True):
        for tag in was.tags:
            yield from _became((was.id, tag.id), tag, now.became(tag.id))
        for tag in now.tags:
            if not was.became(tag.id) and not set(tag.was) & set(was.tag_ids):
                yield f"{now.id}:{tag.id} is new"


def _became(key: TagKey, was: Tag, now: Tag | None) -> Iterable[str]:
    name = ":".join(key)
    if now is None:
        yield f"{name} is gone"
    elif now.retired is not None:
        yield f"{name} is split into {', '.join(now.into)}" if now.into else f"{name} is retired"
    elif now.id != was.id and was.id in now.was:
        yield f"{name} becomes {key[0]}:{now.id}"
    elif now.id != was.id:
        yield f"{name} goes into {key[0]}:{now.id}"
    elif now.name != was.name:
        yield f"{name} is called '{now.name}'"


def _dimension(workspace: Workspace, dimension: str) -> None:
    ids = [d.id for d in workspace.tag_set.dimensions]
    if dimension not in ids:
        raise TagSetError(f"the tag set has no dimension '{dimension}'", f"It has {', '.join(ids)}")
