"""How to train: what a command line offers, without what training needs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. ``minutes`` bounds fine-tuning, all its runs together; ``epochs`` is how often it sees a paper."""

    seed: int = 0
    body: Literal["tuned", "frozen"] = "tuned"
    minutes: float = 4.0
    epochs: float = 1.0


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How to evaluate: in how many folds, with a learning curve or not, and beside SetFit if it may take steps."""

    folds: int = 5
    curve: bool = False
    setfit_steps: int = 0
