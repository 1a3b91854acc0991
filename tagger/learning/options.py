"""How to train: what a command line offers, without what training needs."""

from dataclasses import dataclass
from typing import Literal

Recipe = Literal["stack", "setfit"]


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train.

    ``recipe`` is tagger's own, or SetFit as its library does it, to compare with. ``minutes`` bounds fine-tuning, all
    its runs together; ``epochs`` is how often it sees a paper. ``steps`` are the steps of each run in their order: with
    them, as a trained version's figures tell, the clock doesn't count, and the same comes out on any machine.
    """

    seed: int = 0
    recipe: Recipe = "stack"
    body: Literal["tuned", "frozen"] = "tuned"
    minutes: float = 4.0
    epochs: float = 1.0
    steps: tuple[int, ...] | None = None
