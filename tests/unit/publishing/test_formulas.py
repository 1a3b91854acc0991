"""Formulas on the published page."""

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagger.domain.latex import readable_latex
from tagger.publishing.formulas import is_mathematics, with_formulas


def test_a_formula_becomes_mathml_and_the_rest_stays_text() -> None:
    shown = with_formulas(r"A bound of $O(\frac{n}{\log n})$ & more")
    assert shown.startswith("A bound of <math><mrow><mi>O</mi>")
    assert "<mfrac>" in shown and shown.endswith("</math> &amp; more")


@pytest.mark.parametrize("written", [r"\(\sqrt{d}\)", r"\[\sqrt{d}\]", r"$$\sqrt{d}$$", r"$\sqrt{d}$"])
def test_every_way_to_mark_a_formula_is_known(written: str) -> None:
    assert with_formulas(written) == "<math><mrow><msqrt><mrow><mi>d</mi></mrow></msqrt></mrow></math>"


def test_what_plain_characters_can_say_needs_no_mathml() -> None:
    assert with_formulas(r"$\textbf{S}^2$IP in \(\alpha\) steps") == "S²IP in α steps"


@pytest.mark.parametrize(
    "text",
    ["from $5 to $10", "costs $3$4", r"$\unknowncommand{x}_a$", r"$a_b_c\frac$", r"$\left( \frac{x}{2}$", "$ x $"],
)
def test_what_is_no_formula_stays_as_it_stands(text: str) -> None:
    assert with_formulas(text) == text


@pytest.mark.parametrize(
    "formula",
    [r"\href{javascript:alert(1)}{\frac{x}{2}}", r"\style{color:red}{\frac{x}{2}}", r"\class{evil}{\frac{x}{2}}"],
)
def test_a_formula_brings_no_link_style_or_class(formula: str) -> None:
    shown = with_formulas(f"${formula}$")
    assert "<mfrac>" in shown
    assert not {"href", "style", "class"} & {name for e in ElementTree.fromstring(shown).iter() for name in e.attrib}


@given(st.text(alphabet="$\\{}^_&<>\"'ab1 ()[]frcsqt", max_size=60))
def test_whatever_stands_between_dollars_the_page_stays_well_formed(text: str) -> None:
    shown = ElementTree.fromstring(f"<p>{with_formulas(text)}</p>")
    assert all(e.tag == "p" or e.tag.startswith("m") or e.tag == "none" for e in shown.iter())


PIECES = r"""
{ } ^ _ & % # ~ ' [ ] ( ) | < > . , = + - 1 a b é \\ \! \left \right \middle \frac \sqrt \genfrac \skew \over \choose
\above \atop \limits \sum \int \text \textrm \mathbb \color \hspace \not \verb \begin \end {matrix} {array} {aligned}
{substack} {l|c} [1] {0} {2em} \newcommand \def \DeclareMathOperator \operatorname \overset \sideset \href \style \tag
\big \hat \unknown \binom \xleftarrow \prime \mathrm \cfrac \substack \hline
""".split()
FORMULAS = [
    r"\frac{n}{\log n}",
    r"\sum_{i=1}^{n} x_i",
    r"\begin{array}{l|c}a&b\\ \hline c&d\end{array}",
    r"\left( \frac{x}{2}\right)",
    r"\genfrac{(}{)}{0pt}{1}{a}{b}",
    r"\skew{3}{x}",
    r"{a \above 1pt b}",
    r"\newcommand{\a}[1]{\sqrt{#1}}\a{x}",
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A formula with pieces put in and cut out, or pieces only."""
    written = draw(st.sampled_from(["", *FORMULAS]))
    for piece in draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6)):
        at, cut = draw(st.integers(0, len(written))), draw(st.integers(0, 3))
        written = written[:at] + piece + written[at + cut :]
    return written


@settings(max_examples=500)
@given(damaged())
@example(r"\newcommand{\a}{\a}\a")
@example(r"\textrm a&b")
@example(r"\bin{aligned\style}\skew{3}{x}")
@example(r"\skew3}\bcancel{x}")
@example(r"\begin{matrix")
def test_a_damaged_formula_is_mathml_or_stays_readable(latex: str) -> None:
    shown = ElementTree.fromstring(f"<p>{with_formulas(f'On ${latex}$ we')}</p>")
    if shown.find("math") is None:
        assert "".join(shown.itertext()) in (f"On ${latex}$ we", readable_latex(f"On ${latex}$ we"))
    else:
        assert (shown.text, shown[0].tail) == ("On ", " we")


def test_a_formula_of_markup_is_text() -> None:
    assert "<script" not in with_formulas(r"$\frac{<script>alert(1)</script>}{2}$ <script>")


@pytest.mark.parametrize(
    "latex",
    [
        r"\input{/etc/passwd}",
        r"\immediate\write18{ls}",
        r"\href{https://x.org}{x}",
        r"\def\x{\input{x}}",
        r"\newcommand{\x}{y}\x",
        r"\csname input\endcsname x",
        r"\text{\openout5=x}",
        r"x^^5cinput{y}",
        r"\verb|x|",
    ],
)
def test_what_would_do_more_than_set_a_formula_is_no_mathematics(latex: str) -> None:
    assert not is_mathematics(latex)


@pytest.mark.parametrize(
    "latex", [r"\mathcal{O}(n\log n)", r"\frac{a}{b}", "x^2", r"\mathbb{R}^{d\times k}", r"\alpha_i"]
)
def test_formulas_are_mathematics(latex: str) -> None:
    assert is_mathematics(latex)


def test_a_formula_that_defines_what_doubles_takes_no_time() -> None:
    doubling = "".join(rf"\newcommand{{\{b}}}{{\{a}\{a}}}" for a, b in itertools.pairwise("abcdefghijklm"))
    text = rf"$\newcommand{{\a}}{{xx}}{doubling}\m$"
    assert len(text) < 400 and "<math" not in with_formulas(text)
