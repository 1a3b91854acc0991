"""Controls that someone put on a labelling page by hand, and annotated with: kept, out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from tagger.studio.page import TEXT_NAME


def with_foreign_controls(page: str, present: str, created: Mapping[str, int], labels: Mapping[str, set[str]]) -> str:
    """Return a page together with every control that annotations use and it lacks, hidden.

    Label Studio refuses a page without them. ``present`` is the page in use, where a control is looked for first;
    ``created`` are the used ones as the server counts them, each "name|object|type", and ``labels`` the values used by
    control, also by those that only drafts used.
    """
    root = ElementTree.fromstring(page)  # nosec B314 # our own page
    own = {element.get("name") for element in root.iter()}
    there = {element.get("name"): element for element in _elements(present) if element.get("toName")}
    hidden = ElementTree.Element("View", {"style": "display:none"})
    used = [key.rsplit("|", 2) for key in sorted(created)]
    used += [[name, TEXT_NAME, "choices"] for name in sorted(labels)]
    for name, to_name, kind in used:
        if name not in own:
            own.add(name)
            hidden.append(there[name] if name in there else _control(name, to_name, kind, labels.get(name, ())))
    if not len(hidden):
        return page
    end = page.rindex(f"</{root.tag}>")
    return page[:end] + ElementTree.tostring(hidden, encoding="unicode") + page[end:]


def _elements(page: str) -> list[ElementTree.Element]:
    try:
        return list(ElementTree.fromstring(page).iter())  # nosec B314 # Python's expat stops what swells
    except ElementTree.ParseError:
        return []


def _control(name: str, to_name: str, kind: str, values: Iterable[str]) -> ElementTree.Element:
    """Return a control for annotations that came over the API, and never had one."""
    tags = {"textarea": "TextArea", "datetime": "DateTime"}
    control = ElementTree.Element(tags.get(kind, kind.capitalize()), {"name": name, "toName": to_name})
    for value in sorted(values):
        ElementTree.SubElement(control, "Label" if kind.endswith("labels") else "Choice", {"value": value})
    return control
