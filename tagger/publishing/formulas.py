r"""LaTeX formulas of titles and abstracts as MathML, which browsers lay out by themselves, without a script."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tagger.domain.latex import readable_latex, without_commands

if TYPE_CHECKING:
    from markupsafe import Markup

_FORMULA = re.compile(
    r"\$\$(?P<display>[^$]{1,400})\$\$|\$(?!\s)(?P<inline>[^$]{1,400})(?<!\s)\$(?!\d)"
    r"|\\\((?P<paren>.{1,400}?)\\\)|\\\[(?P<bracket>.{1,400}?)\\\]"
)
# What a formula could define grows with every use, and what it defines is no formula.
_DEFINING = re.compile(r"\\(?:def|newcommand|newenvironment|DeclareMathOperator)(?![A-Za-z])")
# What the converter takes for a formula's, but LaTeX for more: links, styles, text as it stands, characters by number.
_BEYOND = re.compile(r"\\(?:href|class|style|verb|unicode)(?![A-Za-z])|\^\^")
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
# Presentational MathML only: no links, styles, classes or event handlers, whatever a formula asks for.
_ELEMENTS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover munderover "
    "mmultiscripts mprescripts none mtable mtr mtd mpadded mphantom menclose".split()
)
_ATTRIBUTES = frozenset(
    "display stretchy fence separator form accent accentunder movablelimits mathvariant displaystyle scriptlevel "
    "linethickness columnalign rowspacing columnspacing minsize maxsize largeop width".split()
)


def with_formulas(text: str) -> Markup:
    """Return text as HTML: all of it escaped, and its formulas plain characters if these will do, else MathML.

    LaTeX's commands for type and accents are taken away. A formula that can't be read, and dollars that are money, stay
    as they stand.
    """
    from markupsafe import Markup, escape

    if "$" not in text and "\\" not in text:
        return escape(text)
    parts, end = [], 0
    for match in _FORMULA.finditer(text):
        parts += [escape(without_commands(text[end : match.start()])), _formula(match)]
        end = match.end()
    return Markup("").join([*parts, escape(without_commands(text[end:]))])


def _formula(match: re.Match[str]) -> Markup:
    from markupsafe import Markup, escape

    latex = next(group for group in match.groups() if group is not None).strip()
    plain = readable_latex(f"${latex}$")
    if plain != f"${latex}$":
        return escape(plain)
    mathml = _mathml(latex)
    if not mathml:
        return escape(match[0])
    return Markup(mathml)  # nosec B704 # only known elements and attributes are in it


def is_mathematics(latex: str) -> bool:
    """Return whether LaTeX can set a formula without doing anything else: reading files, writing them, or linking."""
    return not _BEYOND.search(latex) and bool(_mathml(latex))


@lru_cache(maxsize=4096)
def _mathml(latex: str) -> str:
    """Return a formula as MathML, or nothing if it is wrong, unknown in part, or more than a formula."""
    from latex2mathml.converter import convert

    if _DEFINING.search(latex):
        return ""
    try:
        root = ElementTree.fromstring(convert(latex))  # nosec B314 # the converter's own, with texts escaped
    except _not_latex():
        return ""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_MATHML)
        if element.tag not in _ELEMENTS or "\\" in (element.text or ""):
            return ""
        element.attrib = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
    if root.get("display") == "inline":
        del root.attrib["display"]
    return ElementTree.tostring(root, encoding="unicode")


@cache
def _not_latex() -> tuple[type[Exception], ...]:
    """Return what the converter raises at what is no LaTeX: its own errors, and what its slips end in.

    Its errors share no base. What isn't among these is a bug, and shows as one.
    """
    from latex2mathml import exceptions

    own = (kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception))
    # A stray & or < in \text comes out as it is, so the XML may be broken; macros that call themselves recurse.
    slips = (IndexError, KeyError, TypeError, ValueError, StopIteration, RecursionError, ElementTree.ParseError)
    return (*own, *slips)
