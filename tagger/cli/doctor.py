"""``tagger doctor``."""

from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import Json, fail, show, table

if TYPE_CHECKING:
    from tagger.steps.doctor import Finding

_LEVELS = {"ok": "ok", "note": "note", "wrong": "WRONG"}


def doctor(
    context: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(help="Tell more of one thing: `clock`.", show_default=False),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Set right what can be without risk.")] = False,
    json: Json = False,
) -> None:
    """Look for what is wrong with the installation and the workspace; exit code 1 if anything is.

    Example: tagger doctor

    Example: tagger doctor --fix
    """
    from tagger.steps import doctor as examining

    if code is not None:
        text = examining.page(code)
        show({"code": code, "page": text}, text.rstrip(), as_json=json)
        return
    findings = examining.examine(context.obj)
    mended = examining.mend(findings) if fix else []
    if mended:
        findings = examining.examine(context.obj)
    lines = list(mended)
    lines.append(table(("", "what", "found"), [(_LEVELS[f.level], f.what, f.detail) for f in findings]))
    lines += [f"{f.code}: {f.detail}" for f in findings if f.level != "ok"]
    mendable = [f for f in findings if f.mend]
    if mendable:
        lines.append("`tagger doctor --fix` sets right: " + ", ".join(f.code for f in mendable))
    if any(f.level != "ok" for f in findings):
        lines.append("`tagger doctor CODE` tells more of each")
    wrong = [f for f in findings if not f.ok]
    document = {"ok": not wrong, "findings": [_document(f) for f in findings], "mended": mended}
    show(document, "\n".join(lines), as_json=json)
    if wrong:
        fail(f"{len(wrong)} wrong: {', '.join(f.code for f in wrong)}")


def _document(finding: "Finding") -> dict[str, object]:
    told = {"code": finding.code, "what": finding.what, "level": finding.level, "ok": finding.ok}
    return told | {"detail": finding.detail, "can_mend": finding.mend is not None}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)
