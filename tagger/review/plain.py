"""The tags of papers of which little was said, without the work that their state takes: most of an archive is so."""

from collections.abc import Collection, Iterable, Mapping

from tagger.domain.labels import Verdict
from tagger.domain.tags import TagKey, Tags
from tagger.review.decisions import keys_of


def plain_tags(
    suggested: Iterable[tuple[str, Tags]],
    decided: Iterable[tuple[str, TagKey, Verdict]],
    annotated: Collection[str],
    known: Collection[TagKey],
) -> Mapping[str, tuple[list[TagKey], list[TagKey]]]:
    """Return the tags that hold and the suggested ones without a verdict, by paper id, of papers with a plain story.

    ``suggested`` and ``decided`` are all suggestions and decisions. A paper's story is plain if no annotator spoke of
    it, one suggestion at most was made, and every decision is the only one on its tag, of which all are ``known``.
    These papers' tags are what ``paper_state`` says; of others it has to be asked.
    """
    verdicts: dict[str, dict[TagKey, Verdict]] = {}
    suggestions: dict[str, list[TagKey]] = {}
    intricate = set(annotated)
    for paper_id, key, verdict in decided:
        of_paper = verdicts.setdefault(paper_id, {})
        if key in of_paper or key not in known or verdict == "withdrawn":
            intricate.add(paper_id)
        of_paper[key] = verdict
    for paper_id, tags in suggested:
        keys = keys_of(tags)
        if paper_id in suggestions or not all(key in known for key in keys):
            intricate.add(paper_id)
        suggestions[paper_id] = keys
    nothing: dict[TagKey, Verdict] = {}
    found = {}
    for paper_id in {**verdicts, **suggestions}:
        if paper_id not in intricate:
            of_paper = verdicts.get(paper_id, nothing)
            accepted = [key for key, verdict in of_paper.items() if verdict == "accepted"]
            found[paper_id] = accepted, [key for key in suggestions.get(paper_id, ()) if key not in of_paper]
    return found
