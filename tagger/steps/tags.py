"""Words for tags: proposed from what people labelled, and written into the workspace's tag set file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import LearningError, TagSetError
from tagger.files import write_file
from tagger.learning.word_proposals import Proposal, propose_words
from tagger.learning.words import tag_words
from tagger.settings import Settings
from tagger.steps.backup import back_up_before
from tagger.steps.train import labelled_papers
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag, parse_tag_set, with_word


@dataclass(frozen=True, slots=True)
class Accepted:
    """Words written into ``file``, (dimension id, tag id, word) each, and those that their tags had already."""

    file: Path
    accepted: tuple[tuple[str, str, str], ...]
    known: tuple[tuple[str, str, str], ...]


def propose(workspace: Workspace, tags: Sequence[str], most: int) -> list[Proposal]:
    """Return up to ``most`` words for each tag named (``dimension:tag`` or ``tag``), or for all tags if none is.

    Raises TagSetError if there is no such tag, and LearningError if no paper carries one of them.
    """
    wanted = {find_tag(workspace.tag_set, tag) for tag in tags} or set(workspace.tag_set.keys)
    examples = labelled_papers(workspace)
    if not any(tag in example.tags.get(dimension, ()) for example in examples for dimension, tag in wanted):
        which = "these tags" if tags else "any tag"
        hint = "Label some in Label Studio, or `tagger annotations import FILE`"
        raise LearningError(f"no paper is labelled with {which}, so none can tell their words", hint)
    return propose_words(examples, workspace.tag_set.dimensions, wanted, most)


def accept(workspace: Workspace, words: Sequence[tuple[str, str]]) -> Accepted:
    """Write words, as (tag reference, word), into the workspace's tag set file: all or, if one can't be, none.

    A word that the tag has already is left as it is. A backup is made before. Raises TagSetError.
    """
    with workspace.store.write():  # nobody else writes words meanwhile
        return _accept(workspace.settings, words)


def _accept(settings: Settings, words: Sequence[tuple[str, str]]) -> Accepted:
    file = settings.tag_set_file
    before = data = file.read_bytes()
    accepted, known = [], []
    for reference, word in words:
        tag_set = parse_tag_set(data, str(file))
        dimension, tag = find_tag(tag_set, reference)
        word = " ".join(word.split())
        if not any(c.isalnum() for c in word) or not word.isprintable():
            raise TagSetError(f"'{word}' is no word for {dimension}:{tag}", "Write DIMENSION:TAG=WORD")
        has = tag_words(tag_set.dimension(dimension).tag(tag))
        if word in has.exact or word.lower() in has.loose:
            known.append((dimension, tag, word))
        else:
            data = with_word(data, str(file), dimension, tag, word)
            accepted.append((dimension, tag, word))
    if data != before:
        back_up_before(settings, "tag-change")
        write_file(file, data)
    return Accepted(file, tuple(accepted), tuple(known))
