"""What awaits a person, and the decisions that settle it."""

from tagger.review.decisions import TagKey, accepting, from_annotation, keys_of, rejecting, withdrawing
from tagger.review.drift import Drift, find_drift
from tagger.review.states import PaperState, Status, paper_state

__all__ = [
    "Drift",
    "PaperState",
    "Status",
    "TagKey",
    "accepting",
    "find_drift",
    "from_annotation",
    "keys_of",
    "paper_state",
    "rejecting",
    "withdrawing",
]
