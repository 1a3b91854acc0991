"""What every test may ask for. No test needs the network beyond loopback, or anything outside the repository."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tagger.domain.tags import Dimension, Tag, TagSet

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("TAGGER_SHARED_DATA", ROOT.parent / "shared" / "data"))

# `make` puts Label Studio into an environment of its own beside the project's.
if (ROOT / ".venv-studio").is_dir():
    os.environ.setdefault("TAGGER_STUDIO_VENV", str(ROOT / ".venv-studio"))

# A shared machine, or a library imported by the first example, says nothing about the code.
hypothesis.settings.register_profile("tagger", deadline=None)
hypothesis.settings.load_profile("tagger")

NOW = datetime(2026, 8, 7, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _cache_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is read from the user's cache or written there, and nothing of an earlier run hides a fault."""
    os.environ["TAGGER_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real papers that is never committed; tests that read it skip where it isn't there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real papers at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def small_tag_set() -> TagSet:
    """Two dimensions of another field, so that nothing leans on the default tag set's names."""
    return TagSet(
        version=3,
        dimensions=(
            Dimension(
                "habitat",
                "Where does it live?",
                True,
                (
                    Tag("sea", "Sea", "Salt water", also=("ocean", "marine", "reef")),
                    Tag("forest", "Forest", "Among trees", unlike="sea", also=("woodland", "trees")),
                    Tag("cs.CV", "Odd id", "An id with a dot and capitals"),
                ),
            ),
            Dimension("diet", "What does it eat?", False, (Tag("plants", "Plants"), Tag("meat", "Meat & bones"))),
        ),
    )


_LONG = ("contract", "model")


def _share(node_id: str) -> str:
    *_, folder, file = node_id.partition("::")[0].split("/")
    return folder if folder in _LONG else f"{folder}/{file}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no process waits for another's at the end."""
    places = {folder: place for place, folder in enumerate(_LONG)}
    items.sort(key=lambda item: places.get(_share(item.nodeid), len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run the tests that share a server, and one those that share trained models.

    Tests of any other file stay together, for what the file prepares.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Shares(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _share(nodeid)

    return Shares(config, log)


pytest_plugins = ["tests.browser_fixture"]
