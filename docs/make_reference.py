"""Writes docs/commands.md from the commands' own help, so that it can't go stale (a test compares)."""

from pathlib import Path

import typer

from tagger.cli.app import app

OUTPUT = Path(__file__).parent / "commands.md"


def reference() -> str:
    """Return the reference of all commands as Markdown."""
    command = typer.main.get_command(app)
    parts = [
        "# Commands\n",
        "Made by `make docs` from the commands' own help. Every command has `--json` and `--help`.\n",
    ]
    parts += _described("tagger", command)
    return "\n".join(parts)


def _described(name: str, command: object) -> list[str]:
    children = getattr(command, "commands", None)
    lines = []
    if children is None or name == "tagger" or getattr(command, "invoke_without_command", False):
        lines += [f"## `{name}`\n", _dedented(getattr(command, "help", "") or "") + "\n"]
        rows = [_parameter(p) for p in getattr(command, "params", []) if p.name not in ("json", "help")]
        lines += [*rows, ""] if rows else []
    for child_name, child in (children or {}).items():
        lines += _described(f"{name} {child_name}", child)
    return lines


def _parameter(parameter: object) -> str:
    names = ", ".join(getattr(parameter, "opts", ()))
    metavar = getattr(parameter, "metavar", None) or ""
    is_argument = getattr(parameter, "param_type_name", "") == "argument"
    shown = metavar or names.upper() if is_argument else f"{names} {metavar}".strip()
    return f"- `{shown}`: {getattr(parameter, 'help', '') or ''}"


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


if __name__ == "__main__":
    OUTPUT.write_text(reference())
