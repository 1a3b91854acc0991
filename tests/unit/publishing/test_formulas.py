"""Formulas on the published page."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.publishing.formulas import with_formulas


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


def test_a_formula_of_markup_is_text() -> None:
    assert "<script" not in with_formulas(r"$\frac{<script>alert(1)</script>}{2}$ <script>")
