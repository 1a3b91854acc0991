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
