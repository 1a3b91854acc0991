"""What is wrong with this installation and workspace, if anything is, and how to set it right."""

from tagger.steps.doctor.examining import examine, mend
from tagger.steps.doctor.finding import Finding
from tagger.steps.doctor.pages import codes, page

__all__ = ["Finding", "codes", "examine", "mend", "page"]
