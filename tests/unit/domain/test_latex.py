import pytest

from tagger.domain.latex import readable_latex


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$\\textbf{S}^2$IP-LLM", "S²IP-LLM"),
        ("$\\mathcal{M}_{10}$ and $x \\to \\infty$", "M₁₀ and x → ∞"),
        ("A $100 lamp", "A $100 lamp"),
        ("$\\frac{1}{2}$ stays", "$\\frac{1}{2}$ stays"),
        ("$n^{th}$", "$n^{th}$"),
        ("No formula", "No formula"),
        ("$O(n \\log n)$ and $p \\leq 0.05$ in $\\ldots$", "O(n log n) and p ≤ 0.05 in …"),
        ("From $5 to $10 per Hour", "From $5 to $10 per Hour"),
        ("A $5-$10 lamp for $ 3 or $ 4", "A $5-$10 lamp for $ 3 or $ 4"),
        ("$\\mathbb{R}^{2k}$ is a space", "$\\mathbb{R}^{2k}$ is a space"),
        ("$\\mathbb{R}^{2n}$ is a space", "R²ⁿ is a space"),
        (r"A \textsc{Kelp\emph{er}} ({\"U}st\"un et al., \'{E}cole)", "A Kelper (Üstün et al., École)"),
        (r"90\% of $x^2$ \& \textbf{more $y_1$}", r"90% of x² & \textbf{more y₁}"),
        (r"C:\temp\new and \unknown{this} stay", r"C:\temp\new and \unknown{this} stay"),
    ],
)
def test_simple_formulas_are_written_out_and_others_left_alone(text: str, shown: str) -> None:
    assert readable_latex(text) == shown
