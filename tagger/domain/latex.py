"""Makes the commonest LaTeX of titles readable as plain text; what it doesn't know stays as it is."""

from __future__ import annotations

import re
import unicodedata

_MATH = re.compile(r"\$(?!\s)([^$]{1,200})(?<!\s)\$(?!\d)")
_WRAPPED = re.compile(r"\\(?:text|math)?(?:bf|it|rm|sc|tt|sf|cal|bb|up)?(?:text)?\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\(?:emph|underline|url|text(?:bf|it|rm|sc|sf|sl|tt|up|normal))\s*\{([^{}]*)\}")
_ACCENTED = re.compile(r"\{\\([\"'`^~])\{?([A-Za-z])\}?\}|\\([\"'`^~])\{([A-Za-z])\}|\\([\"'`^~])([A-Za-z])")
_MARKS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303"}
_ESCAPED = re.compile(r"\\([%&#_])")
_RAISED = re.compile(r"([\^_])(?:\{([^{}]*)\}|(\w))")
_UP = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_DOWN = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SYMBOLS = {
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\delta": "δ",
    r"\epsilon": "ε",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\pi": "π",
    r"\sigma": "σ",
    r"\tau": "τ",
    r"\infty": "∞",
    r"\times": "×",
    r"\to": "→",
    r"\rightarrow": "→",
    r"\sim": "~",
    r"\theta": "θ",
    r"\phi": "φ",
    r"\rho": "ρ",
    r"\omega": "ω",
    r"\eta": "η",
    r"\Delta": "Δ",
    r"\ell": "ℓ",
    r"\leq": "≤",
    r"\le": "≤",
    r"\geq": "≥",
    r"\ge": "≥",
    r"\approx": "≈",
    r"\pm": "±",
    r"\cdot": "·",
    r"\in": "∈",
    r"\ldots": "…",
    r"\dots": "…",
    r"\log": "log",
    r"\%": "%",
    r"\&": "&",
}
_SYMBOL = re.compile("|".join(re.escape(name) + (r"(?![A-Za-z])" if name[1].isalpha() else "") for name in _SYMBOLS))


def readable_latex(text: str) -> str:
    """Return text with simple formulas and commands written out: ``\\emph{$\\textbf{S}^2$IP}`` becomes ``S²IP``.

    A formula that isn't simple is left alone, dollar signs and all; so are dollars that are money.
    """
    parts, end = [], 0
    for match in _MATH.finditer(text):
        parts += [without_commands(text[end : match.start()]), _readable(match[1]) or match[0]]
        end = match.end()
    return "".join([*parts, without_commands(text[end:])])


def without_commands(text: str) -> str:
    """Return text outside formulas without LaTeX's commands for type and accents: ``\\emph{\\"U}`` becomes ``Ü``."""
    if "\\" not in text:
        return text
    text = _ACCENTED.sub(_accented, text)
    for _ in range(3):
        text = _COMMAND.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", text)


def _accented(match: re.Match[str]) -> str:
    mark, letter = (group for group in match.groups() if group)
    return unicodedata.normalize("NFC", letter + _MARKS[mark])


def _readable(formula: str) -> str:
    """Return a formula as plain text, or nothing if some of it isn't known."""
    for _ in range(3):
        formula = _WRAPPED.sub(r"\1", formula)
    formula = _SYMBOL.sub(lambda match: _SYMBOLS[match[0]], formula)
    formula = _RAISED.sub(_shifted, formula)
    return "" if re.search(r"[\\^_{}]", formula) else formula.strip()


def _shifted(match: re.Match[str]) -> str:
    content = match[2] if match[2] is not None else match[3]
    table = _UP if match[1] == "^" else _DOWN
    return content.translate(table) if all(ord(c) in table for c in content) else match[0]
