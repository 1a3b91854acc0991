"""The starter: the model version that comes with tagger, so that a new workspace has suggestions on its first day."""

from pathlib import Path

STARTER = "starter"


def starter_folder() -> Path:
    """Return where the starter is: in the installed package, or in a checkout's ``models/``."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_starter"
    return installed if installed.exists() else package.parent / "models" / STARTER
