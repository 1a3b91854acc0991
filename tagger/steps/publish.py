"""The reviewed digest, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from tagger.domain.edition import Edition, EditionPaper
from tagger.domain.labels import EffectiveTag
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import PublishingError
from tagger.publishing import (
    BlindChecks,
    Correction,
    PublishedPaper,
    PublishedTag,
    RuleKey,
    RuleRecord,
    TaggedDigest,
    corrections,
    write_digest,
)
from tagger.review import Checks, PaperState, sum_of
from tagger.steps.audit import checks
from tagger.steps.rule import target_of
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Published:
    """The files of a published digest. ``withheld`` papers await review, ``skipped`` ones people couldn't judge.

    ``correction`` is what changed since the last edition of an earlier day; None if nothing did, or there was none.
    """

    files: tuple[Path, ...]
    papers: int
    withheld: int
    skipped: int
    correction: Correction | None = None


def publish(workspace: Workspace, day: date, folder: Path, *, withhold: bool, now: datetime) -> Published:
    """Write the tagged digest of a day with decided tags only; the same decisions give the same bytes.

    What differs from the edition of an earlier day is told in the digest as a correction, dated ``now``.

    Papers that people skipped stay out. Raises PublishingError if others are undecided, unless ``withhold`` leaves
    those out too, and StoreError if there is no such digest.
    """
    papers = workspace.digest_papers(day)
    states = workspace.states([paper.id for paper in papers])
    former = workspace.store.editions.of([day]).get(day, [])
    digest, edition = tagged_digest(workspace, day, papers, states, former, now.date(), checks(workspace))
    if digest.withheld and not withhold:
        count = f"{digest.withheld} of the {len(papers)} papers of {day} are undecided"
        hint = f"`tagger review list --digest {day}` shows them; `--withhold` publishes the others"
        raise PublishingError(count, hint)
    try:
        files = write_digest(digest, folder, workspace.settings.templates)
    except OSError as error:
        raise PublishingError(f"can't write to {folder}: {error.strerror}") from error
    if edition:
        with workspace.store.write():
            workspace.store.editions.add([edition])
    latest = digest.corrections[0] if digest.corrections else None
    skipped = len(papers) - len(digest.papers) - digest.withheld
    is_new = latest is not None and latest.published == now.date()
    return Published(tuple(files), len(digest.papers), digest.withheld, skipped, latest if is_new else None)


def tagged_digest(
    workspace: Workspace,
    day: date,
    papers: Sequence[Paper],
    states: Mapping[str, PaperState],
    former: Sequence[Edition],
    today: date,
    blind: Mapping[tuple[str, str], Checks],
) -> tuple[TaggedDigest, Edition | None]:
    """Return a day's digest of decided papers, and the edition that it is, unless that says the same as the last one.

    ``former`` are the digest's editions so far, oldest first, ``blind`` what checks of the rules found.
    """
    decided = [p for p in papers if states[p.id].status == "decided"]
    effective = [tag for p in decided for tag in states[p.id].effective]
    published = tuple(_published(workspace.tag_set, p, states[p.id].effective) for p in decided)
    edition = Edition(day, today, {p.paper.id: _edition_paper(p) for p in published})
    is_new = not former or former[-1].papers != edition.papers
    editions = [*former, edition] if is_new else former
    rules = _rules(blind, effective)
    digest = TaggedDigest(
        day=day,
        title=workspace.settings.title,
        tag_set=workspace.tag_set,
        papers=published,
        withheld=sum(states[p.id].status in ("waiting", "untagged") for p in papers),
        edited_at=max((tag.at for tag in effective), default=datetime.combine(day, time(), UTC)),
        checks=_checks(blind, rules),
        rules=rules,
        corrections=corrections(editions, workspace.tag_set),
    )
    return digest, edition if is_new else None


def _edition_paper(published: PublishedPaper) -> EditionPaper:
    tags = {dimension: tuple(tag.id for tag in found) for dimension, found in published.tags.items() if found}
    return EditionPaper(published.paper.title, tags)


def _checks(blind: Mapping[tuple[str, str], Checks], rules: Iterable[RuleKey]) -> BlindChecks | None:
    """Return what blind checks found, on all days, of what rules accepted; None if there is no rule."""
    found = set(rules)
    if not found:
        return None
    together = sum_of(each for key, each in blind.items() if key in found)
    names = " and ".join(sorted({rule for rule, _ in found}))
    return BlindChecks(names, together.right, together.judged, *(round(limit, 4) for limit in together.interval))


def _rules(blind: Mapping[tuple[str, str], Checks], tags: Sequence[EffectiveTag]) -> dict[RuleKey, RuleRecord]:
    """Return what is known of each rule that accepted some of the tags by a precision."""
    records = {}
    for key in {(tag.rule, tag.model) for tag in tags if tag.rule}:
        target, found = target_of(key[0]), _checks(blind, [key])
        if target and found:
            records[key] = RuleRecord(target, found)
    return records


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
