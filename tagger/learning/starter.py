"""The starter: the model version that comes with tagger, so that a new workspace has suggestions on its first day."""

from pathlib import Path

from tagger.shipped import shipped

STARTER = "starter"


def starter_folder() -> Path:
    """Return where the starter is: in the installed package, or in a checkout's ``models/``."""
    return shipped("_starter", f"models/{STARTER}")
