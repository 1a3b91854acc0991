import pytest

from tagger.domain.paper import Paper, normalised_title, one_spelling, paper_id, title_id


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2405.14906", "2405.14906"),
        ("2405.14906v3", "2405.14906"),
        ("arXiv:2405.14906v1", "2405.14906"),
        ("https://arxiv.org/abs/2405.14906v2", "2405.14906"),
        ("http://arxiv.org/pdf/2405.14906v2.pdf", "2405.14906"),
        ("cs/0112017", "cs/0112017"),
        ("cs/0112017v1", "cs/0112017"),
        ("math.GT/0309136v2", "math.GT/0309136"),
        ("  my-own-id_1  ", "my-own-id_1"),
        ("0704.0001", "0704.0001"),
        ("10.1000/182", "10.1000/182"),
        ("2405.14906V2", "2405.14906"),
        ("https://arxiv.org/pdf/2405.14906V2.PDF", "2405.14906"),
        ("https://huggingface.co/papers/2405.14906", "2405.14906"),
        ("10.48550/arXiv.2405.14906", "2405.14906"),
        ("https://doi.org/10.48550/arXiv.2405.14906", "2405.14906"),
        ("doi:10.48550/ARXIV.cs/0112017", "cs/0112017"),
        ("https://example.org/papers/2405.14906", "https://example.org/papers/2405.14906"),
    ],
)
def test_an_id_loses_its_prefix_and_version_and_nothing_else(raw: str, expected: str) -> None:
    assert paper_id(raw) == expected


@pytest.mark.parametrize("raw", ["", "   ", "two words", "line\nbreak", "nul\x00", "esc\x1b[31m"])
def test_an_id_with_white_space_or_control_characters_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        paper_id(raw)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("10.1145/ABC.1", "10.1145/abc.1"),
        ("https://doi.org/10.1145/ABC.1", "10.1145/abc.1"),
        ("DOI:10.1145/abc.1", "10.1145/abc.1"),
        ("math.GT/0309136", "math/0309136"),
        ("cs/0112017", "cs/0112017"),
        ("2405.14906", "2405.14906"),
        ("https://example.org/10.1145/ABC", "https://example.org/10.1145/ABC"),
    ],
)
def test_an_id_has_one_spelling(name: str, spelling: str) -> None:
    assert one_spelling(name) == one_spelling(spelling) == spelling


def test_titles_that_differ_only_in_case_width_and_punctuation_share_an_id() -> None:
    assert title_id("BERT: Pre-training!") == title_id("  bert   pre_training")
    assert title_id("Ｗｉｄｅ") == title_id("wide")
    assert title_id("A paper") != title_id("Another paper")


def test_a_title_id_is_t_and_sixteen_hex_digits() -> None:
    # SHA-256 of "abc", which FORMATS fixes as the form of ids made from titles
    assert title_id("ABC") == "t-ba7816bf8f01cfea"


def test_titles_of_signs_alone_are_papers_of_their_own() -> None:
    assert len({title_id(title) for title in ("?", "!", "? !", "+", "_")}) == 5
    assert title_id(" ？ ") == title_id("?")


def test_letters_of_every_script_count_in_titles() -> None:
    assert normalised_title("Größe — 東京, naïve") == "grösse 東京 naïve"


def test_the_text_hash_tells_title_from_abstract() -> None:
    assert Paper("a", "x", "yz").text_hash != Paper("a", "xy", "z").text_hash
    assert Paper("a", "x", "y").text_hash == Paper("b", "x", "y", upvotes=3).text_hash


def test_a_renamed_paper_keeps_its_former_name_and_a_later_record_adds_its_own() -> None:
    paper = Paper("10.1000/182", "T", "").renamed("2405.14906")
    assert paper.names == ("2405.14906", "10.1000/182") and paper.doi == "10.1000/182"
    later = Paper("W1", "T", "", other_ids=("10.1000/182",))
    assert paper.updated(later).names == ("2405.14906", "10.1000/182", "W1")
    assert paper.updated(later) == paper, "names aren't what a record says of a paper"
