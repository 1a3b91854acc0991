"""How to train: what a command line offers, without what training needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Recipe = Literal["stack", "setfit"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What thresholds are chosen for: as many suggestions as are right this often, or else the best F1."""

    precision: float | None = None

    def __str__(self) -> str:
        """Return what ``parse_aim`` reads."""
        return "f1" if self.precision is None else f"precision={self.precision!r}"


def parse_aim(text: str) -> Aim:
    """Return the aim that a text names: ``f1``, or ``precision=0.95``. Raises ValueError."""
    name, equals, value = text.strip().lower().partition("=")
    if (name, equals) == ("f1", ""):
        return Aim()
    try:
        precision = float(value)
    except ValueError:
        precision = 0.0
    if name != "precision" or not 0 < precision < 1:
        raise ValueError(f"'{text}' is no aim: give f1, or precision= and a share, as in precision=0.95")
    return Aim(precision)


BEST_F1 = Aim()


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train.

    ``recipe`` is tagger's own, or SetFit as its library does it, to compare with. ``minutes`` bounds fine-tuning, all
    its runs together; ``epochs`` is how often it sees a paper. ``aim`` is what thresholds are chosen for. ``steps`` are
    the steps of each run in their order: with them, as a trained version's figures tell, the clock doesn't count, and
    the same comes out on any machine.
    """

    seed: int = 0
    recipe: Recipe = "stack"
    body: Literal["tuned", "frozen"] = "tuned"
    minutes: float = 4.0
    epochs: float = 1.0
    aim: Aim = BEST_F1
    steps: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How to evaluate: in how many folds, with a learning curve or not, and beside SetFit if it may take steps."""

    folds: int = 5
    curve: bool = False
    setfit_steps: int = 0
