"""What awaits a person, and the decisions that settle it."""

from tagger.review.decisions import accepting, from_annotation, rejecting, withdrawing
from tagger.review.states import PaperState, Status, paper_state

__all__ = ["PaperState", "Status", "accepting", "from_annotation", "paper_state", "rejecting", "withdrawing"]
