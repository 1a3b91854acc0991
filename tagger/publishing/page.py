"""Renders the web page of a tagged digest from templates, which a workspace may put its own in the place of."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.latex import readable_latex
from tagger.errors import PublishingError
from tagger.publishing.formulas import with_formulas
from tagger.publishing.view import Neighbours, TaggedDigest

if TYPE_CHECKING:
    from jinja2 import Environment


_OTHERS = {
    "feed.xml": "Atom feed",
    "feed.json": "JSON feed",
    "digest.md": "Markdown",
    "digest.json": "JSON",
    "digest.bib": "BibTeX",
    "digest.txt": "chat messages",
    "digest.eml": "e-mail",
}


def render_page(
    digest: TaggedDigest, beside: Sequence[str], templates: Path | None = None, neighbours: Neighbours | None = None
) -> str:
    """Return the digest's web page: one file without anything from elsewhere, and a policy that allows nothing else.

    It links to the files ``beside`` it, by their names. With ``neighbours`` it is a page of an archive, and leads to
    the days before and after.

    A file in the folder ``templates`` takes the place of the one of its name, which it can extend as ``tagger/NAME``.
    Raises PublishingError if such a template is wrong.
    """
    others = {name: told for name, told in _OTHERS.items() if name in beside}
    others |= {name: "data set" for name in beside if name.endswith(".jsonl")}
    return render("page.html", templates, digest=digest, neighbours=neighbours, others=others)


def render(
    name: str, templates: Path | None = None, *, styles: Sequence[str] = ("page.css",), **context: object
) -> str:
    """Return a template filled in: a page gets its styles as one, its scripts and the policy made of their hashes.

    Raises PublishingError if a template of the workspace is wrong.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    environment = _environment(templates)
    try:
        *sheets, theme, script = (
            environment.get_template(part).render().strip() for part in (*styles, "theme.js", "page.js")
        )
        style = "\n".join(sheets)
        scripts = f"script-src '{_csp_hash(theme)}' '{_csp_hash(script)}'"
        policy = f"default-src 'none'; style-src '{_csp_hash(style)}'; {scripts}; img-src data:; base-uri 'none'"
        parts = {"style": style, "theme": theme, "script": script, "policy": f"{policy}; form-action 'none'"}
        return environment.get_template(name).render(**parts, **context).strip() + "\n"
    except (TemplateError, UnicodeDecodeError) as error:
        if templates is None:
            raise
        where = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        told = " ".join(str(error).split())
        raise PublishingError(
            f"the templates in {templates} can't be used ({name}{where}: {told})",
            "docs/page.md tells what they are given",
        ) from error


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment(templates: Path | None) -> Environment:
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

    def escapes(name: str | None) -> bool:
        return name is not None and name.endswith((".html", ".svg"))

    settings: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    ours = FileSystemLoader(Path(__file__).parent / "templates")
    own = [FileSystemLoader(templates)] if templates else []
    environment = Environment(  # nosec B701 # HTML and SVG are escaped, by their names
        loader=ChoiceLoader([*own, ours, PrefixLoader({"tagger": ours})]), autoescape=escapes, **settings
    )
    environment.filters |= {"readable": readable_latex, "formulas": with_formulas}
    return environment
