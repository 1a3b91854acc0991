"""XML from strangers: parsed without DTDs, entities of their own, or anything fetched."""

from __future__ import annotations

from typing import Any, TypeAlias

from tagger.errors import SourceError

XmlElement: TypeAlias = Any  # lxml's, which has no types of its own


def parse_xml(data: bytes) -> XmlElement:
    """Return the root of an XML document (lxml), in the encoding it declares. Raises SourceError.

    One with a DTD is refused: feeds have none, and entities declared there may swell without bound or name files.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"it is not valid XML: {reason}", "Download it again") from error
    if root.getroottree().docinfo.doctype:
        raise SourceError("it is XML with a DTD, which is not read", "Remove its DOCTYPE if you trust it")
    return root


def text_at(element: XmlElement, path: str, names: dict[str, str]) -> str:
    """Return all text below the first element at a path; empty if there is none."""
    found = element.find(path, names)
    return "" if found is None else "".join(found.itertext())
