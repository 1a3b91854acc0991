"""An encoder of somebody else's: data, whatever lies beside it."""

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tagger.errors import LearningError
from tagger.learning.encoder import PACKAGED, find_encoder
from tagger.learning.plain_setfit import load_setfit

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Malice:
    """What makes a file where it is unpickled."""

    trace: Path

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.trace,)


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    shutil.copytree(find_encoder(PACKAGED), tmp_path / "encoder")
    return tmp_path / "encoder"


def test_a_pickle_beside_an_encoder_is_never_run(encoder: Path, tmp_path: Path) -> None:
    pickled = pickle.dumps(Malice(tmp_path / "ran"))
    (encoder / "model_head.pkl").write_bytes(pickled)
    model = load_setfit(str(encoder), download=False)
    assert len(model.model_body.encode("A text")) == 384 and not (tmp_path / "ran").exists()
    (encoder / "model.safetensors").unlink()
    (encoder / "pytorch_model.bin").write_bytes(pickled)
    with pytest.raises(LearningError, match=r"no file named model\.safetensors"):
        load_setfit(str(encoder), download=False)
    assert not (tmp_path / "ran").exists()


def test_code_that_comes_with_an_encoder_is_never_run(encoder: Path, tmp_path: Path) -> None:
    code = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\nclass Module: pass\n"
    (encoder / "malice.py").write_text(code)
    modules = json.loads((encoder / "modules.json").read_text())
    (encoder / "modules.json").write_text(
        json.dumps([*modules, {"idx": 9, "name": "9", "path": "", "type": "malice.Module"}])
    )
    with pytest.raises(LearningError, match="can't be loaded"):
        load_setfit(str(encoder), download=False)
    assert not (tmp_path / "ran").exists()
