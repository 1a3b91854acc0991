"""The reviewed digest, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from tagger.domain.labels import EffectiveTag
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import PublishingError
from tagger.publishing import BlindChecks, PublishedPaper, PublishedTag, TaggedDigest, write_digest
from tagger.review import sum_of
from tagger.steps.audit import checks
from tagger.steps.rule import target_of
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Published:
    """The files of a published digest. ``withheld`` papers await review, ``skipped`` ones people couldn't judge."""

    files: tuple[Path, ...]
    papers: int
    withheld: int
    skipped: int


def publish(workspace: Workspace, day: date, folder: Path, *, withhold: bool) -> Published:
    """Write the tagged digest of a day with decided tags only; the same decisions give the same bytes.

    Papers that people skipped stay out. Raises PublishingError if others are undecided, unless ``withhold`` leaves
    those out too, and StoreError if there is no such digest.
    """
    papers = workspace.digest_papers(day)
    states = workspace.states([paper.id for paper in papers])
    undecided = [p for p in papers if states[p.id].status in ("waiting", "untagged")]
    if undecided and not withhold:
        count = f"{len(undecided)} of the {len(papers)} papers of {day} are undecided"
        hint = f"`tagger review list --digest {day}` shows them; `--withhold` publishes the others"
        raise PublishingError(count, hint)
    decided = [p for p in papers if states[p.id].status == "decided"]
    times = [tag.at for p in decided for tag in states[p.id].effective]
    digest = TaggedDigest(
        day=day,
        title=workspace.settings.title,
        tag_set=workspace.tag_set,
        papers=tuple(_published(workspace.tag_set, p, states[p.id].effective) for p in decided),
        withheld=len(undecided),
        edited_at=max(times, default=datetime.combine(day, time(), UTC)),
        checks=_checks(workspace, [tag for p in decided for tag in states[p.id].effective]),
    )
    try:
        files = write_digest(digest, folder, workspace.settings.templates)
    except OSError as error:
        raise PublishingError(f"can't write to {folder}: {error.strerror}") from error
    return Published(tuple(files), len(decided), len(undecided), len(papers) - len(decided) - len(undecided))


def _checks(workspace: Workspace, tags: Sequence[EffectiveTag]) -> BlindChecks | None:
    """Return what blind checks found, on all days, of the rules and model versions that accepted some of the tags."""
    found = {(tag.rule, tag.model) for tag in tags if tag.rule and target_of(tag.rule)}
    if not found:
        return None
    together = sum_of(each for key, each in checks(workspace).items() if key in found)
    names = " and ".join(sorted({str(rule) for rule, _ in found}))
    return BlindChecks(names, together.right, together.judged, *(round(limit, 4) for limit in together.interval))


def _published(tag_set: TagSet, paper: Paper, effective: tuple[EffectiveTag, ...]) -> PublishedPaper:
    held = {(tag.dimension, tag.tag): tag for tag in effective}
    tags = {}
    for dimension in tag_set.dimensions:
        found = [(tag, held.pop((dimension.id, tag.id))) for tag in dimension.tags if (dimension.id, tag.id) in held]
        tags[dimension.id] = tuple(
            PublishedTag(tag.id, tag.name, tag.means, how.by, how.rule, how.model, how.score, how.at)
            for tag, how in found
        )
    for dimension_id, tag_id in held:
        hint = "Put it back in the tag set, or reject it with `tagger review reject`"
        raise PublishingError(f"{paper.id} carries {dimension_id}:{tag_id}, which the tag set doesn't have", hint)
    return PublishedPaper(paper, tags)
