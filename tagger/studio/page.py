"""Generates the labelling page from a tag set."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from tagger.domain.tags import Dimension, Tag, TagSet

TEXT_NAME = "abstract"
# A row of the keyboard for each dimension, so that hands find them; tags beyond a row are chosen with the mouse.
_KEY_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONG = 12
_STYLE = """
.page { display: grid; grid-template-columns: minmax(20rem, 2fr) 3fr; gap: 0 1.5rem; align-items: start; }
.paper { position: sticky; top: 0; max-height: 92vh; overflow-y: auto; font-size: 15px; line-height: 1.5; }
.dimension { margin: 0 0 .75rem; padding: 0 0 .5rem; border-bottom: 1px solid #8884; }
.dimension .lsf-choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0 .5rem }
.dimension label { margin: 0; font-size: 13px; line-height: 1.35; }
"""


def labelling_page(tag_set: TagSet) -> str:
    """Return Label Studio's XML for a tag set: the paper on the left, every tag of every dimension on the right.

    What comes back from it names tags by their ids. Text of papers is shown as text, never as markup.
    """
    view = ElementTree.Element("View", {"className": "page"})
    ElementTree.SubElement(view, "Style").text = _STYLE
    paper = ElementTree.SubElement(view, "View", {"className": "paper"})
    ElementTree.SubElement(paper, "Header", {"value": "$title", "size": "4"})
    ElementTree.SubElement(paper, "Text", {"name": TEXT_NAME, "value": "$abstract", "selectionEnabled": "false"})
    ElementTree.SubElement(paper, "Text", {"name": "link", "value": "$link", "selectionEnabled": "false"})
    questions = ElementTree.SubElement(view, "View", {"className": "questions"})
    for dimension, keys in zip(tag_set.dimensions, itertools.chain(_KEY_ROWS, itertools.repeat("")), strict=False):
        _add_dimension(questions, dimension, iter(keys))
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _add_dimension(parent: ElementTree.Element, dimension: Dimension, keys: Iterator[str]) -> None:
    box = ElementTree.SubElement(parent, "View", {"className": "dimension"})
    ElementTree.SubElement(box, "Header", {"value": dimension.question, "size": "6"})
    if len(dimension.tags) > _LONG:
        filter_attributes = {"toName": dimension.id, "minlength": "0", "name": f"find-{dimension.id}"}
        ElementTree.SubElement(box, "Filter", filter_attributes | {"placeholder": "Find a tag", "hotkey": ""})
    attributes = {"name": dimension.id, "toName": TEXT_NAME, "choice": "multiple", "showInline": "true"}
    if dimension.required:
        attributes |= {"required": "true", "requiredMessage": f"Choose at least one: {dimension.question}"}
    choices = ElementTree.SubElement(box, "Choices", attributes)
    for tag, label in zip(dimension.tags, _labels(dimension), strict=True):
        choice = {"value": label, "alias": tag.id}
        if hint := _hint(tag):
            choice["hint"] = hint
        if key := next(keys, ""):
            choice["hotkey"] = key
        ElementTree.SubElement(choices, "Choice", choice)


def _labels(dimension: Dimension) -> list[str]:
    """Return what each tag is called on the page: its name, and its id too where two have one name."""
    uses = Counter(tag.name for tag in dimension.tags)
    return [tag.name if uses[tag.name] == 1 else f"{tag.name} ({tag.id})" for tag in dimension.tags]


def _hint(tag: Tag) -> str:
    return ". ".join(part for part in (tag.means, f"Not: {tag.unlike}" if tag.unlike else "") if part)
