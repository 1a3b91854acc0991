"""``tagger tags words``, in a process of its own as users run it."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Shell

Rows = Callable[..., str]
SURVEYED = {"annotator": "ann", "modality": ["text"], "task": ["agents"], "method-family": ["survey"]}
OTHER = {"annotator": "ann", "modality": ["text"], "task": ["dialogue"], "method-family": ["survey"]}


def label(shell: Shell, rows: Rows) -> None:
    """Label papers on agents that speak of long horizons, and others that don't."""
    agents = [SURVEYED | {"id": f"a{i}", "title": "Long-horizon work", "abstract": "x"} for i in range(6)]
    others = [OTHER | {"id": f"b{i}", "title": f"Talk {i}", "abstract": "x"} for i in range(12)]
    shell("annotations", "import", "-", stdin=rows(*agents, *others))


def test_words_that_labelled_papers_support_are_proposed_with_their_counts(shell: Shell, rows: Rows) -> None:
    label(shell, rows)
    found = shell.json("tags", "words", "task:agents")["proposals"]
    assert {p["word"] for p in found} == {"long-horizon work"}
    assert found[0].keys() == {
        "dimension",
        "tag",
        "word",
        "log_odds",
        "with_tag",
        "of_tag",
        "elsewhere",
        "of_others",
    }
    assert [found[0][key] for key in ("with_tag", "of_tag", "elsewhere", "of_others")] == [6, 6, 0, 12]
    text = shell("tags", "words").stdout
    assert (
        "\ntask:agents\n  long-horizon work    6 of 6    0 of 12       2.1\n" in text
        and max(map(len, text.splitlines())) <= 80
    )
    assert "No word stands out" in shell("tags", "words", "survey").stdout


def test_an_accepted_word_is_in_the_file_once_and_all_else_in_it_stays(shell: Shell) -> None:
    file = shell.folder / "tags.yaml"
    before = file.read_text()
    told = shell.json("tags", "words", "--accept", "agents=long-horizon", "--accept", "task:agents=Tool use")
    assert told["accepted"] == [{"dimension": "task", "tag": "agents", "word": "long-horizon"}]
    assert told["known"] == [{"dimension": "task", "tag": "agents", "word": "Tool use"}]
    assert file.read_text() == before.replace("deep research]", "deep research, long-horizon]")
    listed = shell.json("tags", "list")["dimensions"]["task"]
    assert next(tag["also"][-1] for tag in listed if tag["id"] == "agents") == "long-horizon"
    shell("tags", "words", "--accept", "agents=long-horizon")
    assert file.read_text().count("long-horizon") == 1


def test_of_several_words_all_are_written_or_none(shell: Shell) -> None:
    before = (shell.folder / "tags.yaml").read_bytes()
    shell.fails("tags", "words", "--accept", "agents=long-horizon", "--accept", "nonsense=x")
    assert (shell.folder / "tags.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([], "no paper is labelled with any tag"),
        (["task:agents"], "no paper is labelled with these tags"),
        (["nonsense"], "no tag 'nonsense' in the tag set"),
        (["--accept", "nonsense=x"], "no tag 'nonsense' in the tag set"),
        (["--accept", "agents=…"], "'…' is no word for task:agents"),
    ],
)
def test_what_can_not_be_done_is_one_line(shell: Shell, command: list[str], reason: str) -> None:
    assert reason in shell.fails("tags", "words", *command)


@pytest.mark.parametrize("command", [["--accept", "agents"], ["--accept", "=x"], ["agents", "--accept", "agents=x"]])
def test_wrong_usage_is_exit_code_2(shell: Shell, command: list[str]) -> None:
    assert "--accept" in shell("tags", "words", *command, code=2).stderr
