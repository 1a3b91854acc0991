import pytest

from tagger.learning.options import Aim, TrainingOptions, parse_aim


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("f1", Aim()),
        (" F1 ", Aim()),
        ("precision=0.95", Aim(0.95)),
        ("Precision=.9", Aim(0.9)),
        ("precision=0.9999999", Aim(0.9999999)),
    ],
)
def test_an_aim_is_read_and_written(text: str, aim: Aim) -> None:
    assert parse_aim(text) == aim and parse_aim(str(aim)) == aim


@pytest.mark.parametrize(
    "text", ["", "f2", "f1=0.9", "precision", "precision=", "precision=1", "precision=0", "precision=nan", "recall=0.9"]
)
def test_what_is_no_aim_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no aim: give f1, or .*precision=0\.95"):
        parse_aim(text)


def test_the_best_f1_is_aimed_at_unless_told_otherwise() -> None:
    assert TrainingOptions().aim == Aim()
