import importlib.util
import re
from pathlib import Path

import pytest

from tagger.errors import LearningError
from tagger.learning.plots import check_plots, write_plots
from tests.unit.learning.evaluations import made_up, tag_set_of


def test_every_plot_is_written_in_both_formats(tmp_path: Path) -> None:
    files = write_plots(made_up(tag_set_of(3, 2), curve=True), tmp_path / "new" / "folder")
    names = ["reliability", "precision-recall", "tags-d0", "tags-d1", "learning-curve"]
    assert [file.name for file in files] == [f"{name}.{ending}" for name in names for ending in ("svg", "png")]
    assert all(f.read_bytes().startswith(b"\x89PNG" if f.suffix == ".png" else b"<?xml") for f in files)


def test_without_a_curve_none_is_drawn(tmp_path: Path) -> None:
    assert not any("curve" in file.name for file in write_plots(made_up(tag_set_of(2)), tmp_path))


def test_the_same_evaluation_gives_the_same_bytes_whatever_a_user_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib

    first = write_plots(made_up(tag_set_of(3), curve=True), tmp_path / "a")
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    monkeypatch.setitem(matplotlib.rcParams, "axes.grid", True)
    second = write_plots(made_up(tag_set_of(3), curve=True), tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), f"{one.name} differs"
        assert not re.search(rb"<dc:date>|20[2-9]\d-\d\d-\d\dT", one.read_bytes())
    assert matplotlib.rcParams["font.size"] == 30, "what the user has set is left alone"


def test_many_tags_make_a_tall_plot_with_a_row_each(tmp_path: Path) -> None:
    few, many = (write_plots(made_up(tag_set_of(n)), tmp_path / str(n))[4:] for n in (5, 80))
    heights = [float(re.search(rb'height="([\d.]+)pt"', f[0].read_bytes())[1]) for f in (few, many)]  # type: ignore[index]
    assert heights[1] > heights[0] + 75 * 12, "a row needs 12 points"


@pytest.mark.parametrize("name", ["Köln $x$", "图像", "", "a\nb", "$\\frac"])
def test_any_tag_name_can_be_drawn(tmp_path: Path, name: str) -> None:
    from dataclasses import replace

    tag_set = tag_set_of(2)
    dimension = tag_set.dimensions[0]
    named = replace(dimension, tags=(replace(dimension.tags[0], name=name), dimension.tags[1]))
    files = write_plots(made_up(replace(tag_set, dimensions=(named,))), tmp_path)
    assert all(file.stat().st_size for file in files)


def test_more_dimensions_than_colours_are_told_apart(tmp_path: Path) -> None:
    assert len(write_plots(made_up(tag_set_of(*[2] * 12)), tmp_path)) == 2 * (2 + 12)


def test_without_matplotlib_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LearningError, match="pip install matplotlib"):
        check_plots(tmp_path / "plots")
    assert not (tmp_path / "plots").exists()
