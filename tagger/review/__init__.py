"""What awaits a person, and the decisions that settle it."""

from tagger.review.agreement import Agreement, Labels, agreement, labels_of
from tagger.review.decisions import TagKey, accepting, from_annotation, keys_of, rejecting, withdrawing
from tagger.review.drift import Drift, find_drift
from tagger.review.states import PaperState, Status, paper_state
from tagger.review.trust import Trust, paper_weight, trust
from tagger.review.words import Conflict, Word, standing_words

__all__ = [
    "Agreement",
    "Conflict",
    "Drift",
    "Labels",
    "PaperState",
    "Status",
    "TagKey",
    "Trust",
    "Word",
    "accepting",
    "agreement",
    "find_drift",
    "from_annotation",
    "keys_of",
    "labels_of",
    "paper_state",
    "paper_weight",
    "rejecting",
    "standing_words",
    "trust",
    "withdrawing",
]
