"""What the labelling page takes from the workspace beside its tag set: the tags' keys and the guide."""

from __future__ import annotations

from collections import Counter

from tagger.domain.labels import standing_annotations
from tagger.domain.tags import TagKey, TagSet
from tagger.errors import StudioError
from tagger.review import keys_of
from tagger.steps.workspace import Workspace
from tagger.studio.keys import Keys, hand_out, read_keys, write_keys

# So many papers, a morning's, have to tell which tags are common before keys are settled.
ENOUGH_PAPERS = 30


def settled_keys(workspace: Workspace) -> Keys:
    """Return the tags' keys. Once enough papers told which tags are common they are kept in a file and never change.

    A tag that is new since gets one that is free. Raises StudioError if the file holds something else.
    """
    path = workspace.settings.keys_file
    former = _present(workspace.tag_set, read_keys(path))
    if former is not None and set(former) == workspace.tag_set.keys:
        return {tag: key for tag, key in former.items() if key}
    uses, papers = _uses(workspace)
    keys = hand_out(workspace.tag_set, uses, former)
    if former is not None or papers >= ENOUGH_PAPERS:
        try:
            write_keys(path, workspace.tag_set, keys)
        except OSError as error:
            raise StudioError(f"can't write {path}: {error.strerror}", "Is the folder yours to write?") from error
    return keys


def _present(tag_set: TagSet, keys: dict[TagKey, str] | None) -> dict[TagKey, str] | None:
    """Return keys by the ids that tags have now; of merged tags, the one that is left keeps its own."""
    if keys is None:
        return None
    found = {}
    for (dimension, tag), key in keys.items():
        present = tag_set.present(dimension, tag)
        if present is not None and (present == tag or (dimension, present) not in keys):
            found[dimension, present] = key
    return found


def guide(workspace: Workspace) -> str:
    """Return the annotators' guide, a Markdown file beside the tag set; empty if there is none."""
    path = workspace.settings.guide_file
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise StudioError(f"can't read the guide {path}", "It has to be a text file in UTF-8") from error


def _uses(workspace: Workspace) -> tuple[Counter[tuple[str, str]], int]:
    """Return how often each tag is given by people or suggested, and by how many papers that is told."""
    uses: Counter[tuple[str, str]] = Counter()
    tagged: dict[str, set[tuple[str, str]]] = {}
    model = workspace.store.models.current_name()
    for paper_id, found in workspace.store.suggestions.of(model=model).items() if model else ():
        tagged.setdefault(paper_id, set()).update(keys_of(found[-1].tags))
    for paper_id, said in workspace.store.labels.annotations().items():
        for annotation in standing_annotations(said):
            if not annotation.skipped:
                tagged.setdefault(paper_id, set()).update(keys_of(annotation.tags))
    for tags in tagged.values():
        uses.update(tags)
    return uses, len(tagged)
