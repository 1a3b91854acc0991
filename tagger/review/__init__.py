"""What awaits a person, and the decisions that settle it."""

from tagger.review.agreement import Agreement, Labels, agreement, labels_of
from tagger.review.budget import pace_of, pick
from tagger.review.checks import Checks, Verdict, sum_of, verdicts
from tagger.review.decisions import accepting, from_annotation, keys_of, rejecting, withdrawing
from tagger.review.drift import LEAST_PAPERS as LEAST_FOR_DRIFT
from tagger.review.drift import WEEKS_BEFORE, Drift, find_drift
from tagger.review.guarantee import Bound, find_bounds
from tagger.review.states import PaperState, Status, paper_state
from tagger.review.trust import Trust, paper_weight, trust
from tagger.review.words import Conflict, Word, standing_words

__all__ = [
    "LEAST_FOR_DRIFT",
    "WEEKS_BEFORE",
    "Agreement",
    "Bound",
    "Checks",
    "Conflict",
    "Drift",
    "Labels",
    "PaperState",
    "Status",
    "Trust",
    "Verdict",
    "Word",
    "accepting",
    "agreement",
    "find_bounds",
    "find_drift",
    "from_annotation",
    "keys_of",
    "labels_of",
    "pace_of",
    "paper_state",
    "paper_weight",
    "pick",
    "rejecting",
    "standing_words",
    "sum_of",
    "trust",
    "verdicts",
    "withdrawing",
]
