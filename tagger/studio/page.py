"""Generates the labelling page from a tag set."""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.studio.guide import guide_as_html
from tagger.studio.keys import Keys, hand_out

TEXT_NAME = "abstract"
PAGE_FIELD = "page"
NOTHING = ""
# Stands in no id, so that names of controls that are no dimensions begin with it, too.
_MARK = ":"
_NO_TEXT = re.compile(r"true|false|[-0-9._]+(e[-0-9_]+)?", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Keys that no tag has, one for each list that has to be searched.
_FIND_KEYS = ("/", ";", "[", "]")


def labelling_page(tag_set: TagSet, keys: Keys | None = None, guide: str = "") -> str:
    """Return Label Studio's XML for a tag set: the paper on the left, every tag of every dimension on the right.

    What comes back from it names tags by their ids. ``keys`` are the tags' keys, without them those of a new project;
    ``guide`` is the annotators' guide as Markdown. The paper itself comes as markup from ``paper_page``.
    """
    keys = hand_out(tag_set) if keys is None else keys
    view = ElementTree.Element("View", {"className": "tagger-page"})
    ElementTree.SubElement(view, "Style").text = _style()
    paper = ElementTree.SubElement(view, "View", {"className": "tagger-paper"})
    shown = {"name": TEXT_NAME, "value": f"${PAGE_FIELD}", "inline": "true", "clickableLinks": "true"}
    ElementTree.SubElement(paper, "HyperText", shown | {"selectionEnabled": "false"})
    if guide.strip():
        panel = _panel(paper, "How to tag")
        text = {"name": f"{_MARK}guide", "value": _literal(guide_as_html(guide)), "inline": "true"}
        ElementTree.SubElement(panel, "HyperText", text | {"selectionEnabled": "false", "clickableLinks": "true"})
    questions = ElementTree.SubElement(view, "View", {"className": "tagger-questions"})
    find_keys = iter(_FIND_KEYS)
    for dimension in tag_set.dimensions:
        keyless = any((dimension.id, tag) not in keys for tag in dimension.tag_ids)
        _add_dimension(questions, dimension, keys, next(find_keys, "") if keyless else None)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def tags_on(page: str) -> set[tuple[str, str]]:
    """Return the (dimension, tag) that a labelling page asks for, by their ids; of a page that can't be read, none."""
    try:
        # A page has no use for what a DTD can do.
        root = ElementTree.fromstring("" if "<!" in page else page)  # nosec B314
    except ElementTree.ParseError:
        return set()
    return {
        (id_of_name(control.get("name", "")), id_of_name(tag))
        for control in root.iter("Choices")
        for choice in control.iter("Choice")
        if (tag := choice.get("alias", choice.get("value", ""))) != NOTHING
    }


def name_in_studio(given: str) -> str:
    """Return what a dimension's or a tag's id is on the server: itself, marked where it would be read as no text.

    Label Studio takes a control named ``2024`` for a number and refuses it, and shows no page with a choice ``true``.
    """
    return _MARK + given if _NO_TEXT.fullmatch(given) else given


def id_of_name(name: str) -> str:
    """Return the id that ``name_in_studio`` was given."""
    return name.removeprefix(_MARK)


def tag_marker(dimension: str, tag: str) -> str:
    """Return what a tag's place on the page is marked with, so that a paper's markup can say something about it."""
    return f"{dimension} {tag}"


def tag_labels(dimension: Dimension) -> dict[str, str]:
    """Return what each tag is called on the page, by id: its name, and its id too where two have one name."""
    uses = Counter(tag.name for tag in dimension.tags)
    return {tag.id: tag.name if uses[tag.name] == 1 else f"{tag.name} ({tag.id})" for tag in dimension.tags}


def _add_dimension(parent: ElementTree.Element, dimension: Dimension, keys: Keys, find_key: str | None) -> None:
    """Add a dimension's question and tags; with ``find_key`` also a box to find a tag, and that key to get there.

    The box stands behind the tags, where Tab leads out of it to something that takes no typing: then keys are tags
    again. The style shows it above them.
    """
    box = ElementTree.SubElement(parent, "View", {"className": "tagger-dimension"})
    ElementTree.SubElement(box, "Header", {"value": _literal(dimension.question), "size": "5"})
    name = name_in_studio(dimension.id)
    attributes = {"name": name, "toName": TEXT_NAME, "choice": "multiple", "showInline": "true"}
    if dimension.required:
        attributes |= {"required": "true", "requiredMessage": f"Choose at least one: {dimension.question}"}
    choices = ElementTree.SubElement(box, "Choices", attributes)
    if find_key is not None:
        # Enter in an empty box chooses what comes first: this, which is hidden and means nothing.
        ElementTree.SubElement(choices, "Choice", {"value": NOTHING, "alias": NOTHING})
    labels = tag_labels(dimension)
    for tag in dimension.tags:
        key = keys.get((dimension.id, tag.id), "")
        marker = html.escape(tag_marker(dimension.id, tag.id))
        shown = f'<span data-tag="{marker}">{html.escape(labels[tag.id])}</span>'
        if key:
            shown += f"<kbd>{html.escape(key.replace('shift+', '⇧').upper())}</kbd>"
        choice = {"value": _literal(labels[tag.id]), "alias": name_in_studio(tag.id), "html": shown}
        if hint := _hint(tag):
            choice["hint"] = _literal(hint)
        if key:
            choice["hotkey"] = key
        ElementTree.SubElement(choices, "Choice", choice)
    if find_key is not None:
        told = f"Find a tag ({find_key})" if find_key else "Find a tag"
        found = {"toName": name, "minlength": "1", "name": f"{_MARK}find {dimension.id}", "placeholder": told}
        ElementTree.SubElement(box, "Filter", found | {"hotkey": find_key})
    if any(map(_hint, dimension.tags)):
        panel = _panel(box, "What they mean")
        for tag in dimension.tags:
            meaning = f"{labels[tag.id]}: {_hint(tag)}" if _hint(tag) else labels[tag.id]
            ElementTree.SubElement(panel, "Header", {"value": _literal(meaning), "size": "5"})


def _panel(parent: ElementTree.Element, title: str) -> ElementTree.Element:
    collapse = ElementTree.SubElement(parent, "Collapse", {"bordered": "false"})
    return ElementTree.SubElement(ElementTree.SubElement(collapse, "Panel", {"value": title}), "View")


def _literal(text: str) -> str:
    """Return text that XML can hold and that Label Studio takes for nothing else.

    It finds no task's field in it, as $ is kept from its word, and doesn't read it as true or false.
    """
    kept = _NOT_XML.sub("", text).replace("$", "$\u2060")
    return f"{kept}\u2060" if kept.lower() in ("true", "false") else kept


def _hint(tag: Tag) -> str:
    return ". ".join(part for part in (tag.means, f"Not: {tag.unlike}" if tag.unlike else "") if part)


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
