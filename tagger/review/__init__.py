"""What awaits a person, and the decisions that settle it."""

from tagger.review.budget import pace_of, pick
from tagger.review.checks import Checks, Verdict, sum_of, verdicts
from tagger.review.decisions import TagKey, accepting, from_annotation, keys_of, rejecting, withdrawing
from tagger.review.drift import Drift, find_drift
from tagger.review.guarantee import TARGET, Bound, find_bounds
from tagger.review.states import PaperState, Status, paper_state

__all__ = [
    "TARGET",
    "Bound",
    "Checks",
    "Drift",
    "PaperState",
    "Status",
    "TagKey",
    "Verdict",
    "accepting",
    "find_bounds",
    "find_drift",
    "from_annotation",
    "keys_of",
    "pace_of",
    "paper_state",
    "pick",
    "rejecting",
    "sum_of",
    "verdicts",
    "withdrawing",
]
