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


def render_page(digest: TaggedDigest, templates: Path | None = None, neighbours: Neighbours | None = None) -> str:
    """Return the digest's web page: one file without anything from elsewhere, and a policy that allows nothing else.

    With ``neighbours`` it is a page of an archive, and leads to the days before and after.

    A file in the folder ``templates`` takes the place of the one of its name, which it can extend as ``tagger/NAME``.
    Raises PublishingError if such a template is wrong.
    """
    return render("page.html", templates, digest=digest, neighbours=neighbours)


def render(
    name: str, templates: Path | None = None, *, styles: Sequence[str] = ("page.css",), **context: object
) -> str:
    """Return a template filled in: a page gets its styles as one, its script and the policy made of their hashes.

    Raises PublishingError if a template of the workspace is wrong.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    environment = _environment(templates)
    try:
        *sheets, script = (environment.get_template(part).render().strip() for part in (*styles, "page.js"))
        style = "\n".join(sheets)
        allowed = f"style-src '{_csp_hash(style)}'; script-src '{_csp_hash(script)}'; img-src data:"
        policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
        return (
            environment.get_template(name).render(style=style, script=script, policy=policy, **context).strip() + "\n"
        )
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
    environment = Environment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"tagger": ours})]), autoescape=escapes, **settings
    )
    environment.filters |= {"readable": readable_latex, "formulas": with_formulas}
    return environment
