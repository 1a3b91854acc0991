"""The scikit-learn estimator, trained for real on the invented papers."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from tagger import Paper, Tagger, TaggerClassifier, TagSet
from tagger.api.classifier import _paper
from tagger.learning.examples import Example

pytestmark = pytest.mark.slow
LABELS = ("image", "text", "video")
MEANINGS = {"image": "Pictures and photographs", "text": "Written language", "video": "Moving pictures"}


class Tabular(TaggerClassifier):
    """Says that it takes tables, as scikit-learn asks nothing at all of an estimator that takes texts."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
        return tags


_NUMBERS = "it fits on a table of numbers, which are no texts; what it asks is asked of texts below"
_TABLES = "it is about the columns of a table, and a text has none"
_ONE_LABEL = "it gives one class to each sample; here each has any number of labels"
NOT_OF_TEXTS = {
    "check_fit_score_takes_y": _NUMBERS,
    "check_estimators_overwrite_params": _NUMBERS,
    "check_dont_overwrite_parameters": _NUMBERS,
    "check_estimators_fit_returns_self": _NUMBERS,
    "check_readonly_memmap_input": _NUMBERS,
    "check_positive_only_tag_during_fit": _NUMBERS,
    "check_estimators_dtypes": _NUMBERS,
    "check_complex_data": _NUMBERS,
    "check_dtype_object": _NUMBERS,
    "check_pipeline_consistency": _NUMBERS,
    "check_estimators_nan_inf": _NUMBERS,
    "check_estimator_sparse_tag": _NUMBERS,
    "check_estimator_sparse_array": _NUMBERS,
    "check_estimator_sparse_matrix": _NUMBERS,
    "check_estimators_pickle": _NUMBERS,
    "check_f_contiguous_array_estimator": _NUMBERS,
    "check_classifiers_multilabel_representation_invariance": _NUMBERS,
    "check_classifiers_multilabel_output_format_predict": _NUMBERS,
    "check_classifiers_multilabel_output_format_predict_proba": _NUMBERS,
    "check_classifiers_multilabel_output_format_decision_function": _NUMBERS,
    "check_methods_sample_order_invariance": _NUMBERS,
    "check_methods_subset_invariance": _NUMBERS,
    "check_dict_unchanged": _NUMBERS,
    "check_fit_idempotent": _NUMBERS,
    "check_fit_check_is_fitted": _NUMBERS,
    "check_requires_y_none": _NUMBERS,
    "check_fit2d_1sample": _TABLES,
    "check_fit2d_1feature": _TABLES,
    "check_fit2d_predict1d": _TABLES,
    "check_n_features_in": _TABLES,
    "check_n_features_in_after_fitting": _TABLES,
    "check_estimators_empty_data_messages": _TABLES,
    "check_classifier_data_not_an_array": _ONE_LABEL,
    "check_classifiers_one_label": _ONE_LABEL,
    "check_classifiers_classes": _ONE_LABEL,
    "check_classifiers_train": _ONE_LABEL,
    "check_classifiers_regression_target": _ONE_LABEL,
    "check_classifier_not_supporting_multiclass": _ONE_LABEL,
    "check_classifier_multioutput": _ONE_LABEL,
    "check_supervised_y_2d": _ONE_LABEL,
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([Tabular()], expected_failed_checks=lambda _: NOT_OF_TEXTS)  # type: ignore[untyped-decorator]
def test_scikit_learn_finds_no_fault(estimator: TaggerClassifier, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def chosen(examples: list[Example]) -> list[Example]:
    return sorted(examples, key=lambda example: "video" not in example.tags["modality"])[:16]


@pytest.fixture(scope="module")
def texts(chosen: list[Example]) -> list[str]:
    return [f"{example.paper.title}\n{example.paper.abstract}" for example in chosen]


@pytest.fixture(scope="module")
def label_sets(chosen: list[Example]) -> list[set[str]]:
    return [set(example.tags["modality"]) & set(LABELS) for example in chosen]


@pytest.fixture(scope="module")
def indicator(label_sets: list[set[str]]) -> np.ndarray[Any, Any]:
    return np.array([[int(label in labels) for label in LABELS] for labels in label_sets])


@pytest.fixture(scope="module")
def fitted(texts: list[str], label_sets: list[set[str]]) -> TaggerClassifier:
    return TaggerClassifier().fit(texts, label_sets)


def test_labels_come_from_the_label_sets_and_are_the_columns(
    fitted: TaggerClassifier, texts: list[str], indicator: np.ndarray[Any, Any]
) -> None:
    assert fitted.classes_.tolist() == sorted(LABELS)
    said, scores = fitted.predict(texts), fitted.predict_proba(texts)
    assert said.shape == scores.shape == indicator.shape
    assert set(said.ravel()) == {0, 1} and 0 <= scores.min() <= scores.max() <= 1
    assert fitted.score(texts, [set(fitted.classes_[row]) for row in said.astype(bool)]) == 1
    assert is_classifier(fitted)


def test_unnamed_columns_are_called_by_their_numbers(texts: list[str], indicator: np.ndarray[Any, Any]) -> None:
    numbered = TaggerClassifier().fit(texts, indicator)
    assert numbered.classes_.tolist() == [0, 1, 2]
    assert numbered.score(texts, indicator) > 0.5


def test_each_text_is_scored_by_itself(fitted: TaggerClassifier, texts: list[str]) -> None:
    scores = fitted.predict_proba(texts)
    assert np.allclose(fitted.predict_proba(texts[::-1])[::-1], scores, atol=1e-5)
    assert np.allclose(np.concatenate([fitted.predict_proba([text]) for text in texts[:4]]), scores[:4], atol=1e-5)
    assert fitted.predict([]).shape == (0, 3)


def test_the_first_line_is_the_title(fitted: TaggerClassifier) -> None:
    whole = "Video of birds\nWe film birds. They sing."
    paper = Paper("b-1", "Video of birds", "We film birds. They sing.")
    mapping = {"title": paper.title, "abstract": paper.abstract}
    scores = fitted.predict_proba([whole, paper, mapping, "Video of birds. We film birds. They sing."])
    assert np.array_equal(scores[0], scores[1]) and np.array_equal(scores[0], scores[2])
    assert not np.allclose(scores[0], scores[3])


def test_meanings_are_evidence(texts: list[str], label_sets: list[set[str]]) -> None:
    text = ["Photographs and pictures of birds"]
    plain = TaggerClassifier(tags=LABELS).fit(texts[:6], label_sets[:6]).predict_proba(text)[0, 0]
    told = TaggerClassifier(tags=MEANINGS).fit(texts[:6], label_sets[:6]).predict_proba(text)[0, 0]
    assert told > plain


def test_a_tag_set_names_labels_by_dimension_and_takes_tags_as_they_are(small_tag_set: TagSet) -> None:
    papers = [
        Paper(f"p-{n}", text, text) for n, text in enumerate(["Reef fish", "Marine birds", "Forest owls", "Deer"])
    ]
    tags = [{"habitat": [where], "diet": []} for where in ("sea", "sea", "forest", "forest")]
    classifier = TaggerClassifier(tags=small_tag_set).fit(papers, tags)
    assert classifier.classes_.tolist()[:2] == ["habitat:sea", "habitat:forest"]
    [suggestion] = classifier.tagger_.predict([papers[0]])
    assert suggestion.tags["habitat"] == ("sea",)


def test_fitting_leaves_parameters_and_inputs_alone_and_gives_the_same_again(
    fitted: TaggerClassifier, texts: list[str], label_sets: list[set[str]]
) -> None:
    given, labels = list(texts), [set(labels) for labels in label_sets]
    other = clone(fitted)
    with pytest.raises(NotFittedError):
        other.predict(texts)
    before = other.get_params()
    assert other.fit(given, labels) is other and other.get_params() == before
    assert given == texts and labels == label_sets
    assert np.array_equal(other.predict_proba(texts), fitted.predict_proba(texts))


def test_it_survives_a_pickle_and_its_files_go_with_it(
    fitted: TaggerClassifier, texts: list[str], tmp_path: Path
) -> None:
    again: TaggerClassifier = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(texts), fitted.predict_proba(texts))
    again.tagger_.save(tmp_path / "saved")
    folder = again._models.path
    assert folder != fitted._models.path and folder.is_dir()
    del again
    assert not folder.exists() and fitted._models.path.is_dir()
    saved = Tagger.load(tmp_path / "saved").predict([_paper(texts[0])])
    assert [*saved[0].scores["label"].values()] == fitted.predict_proba(texts[:1])[0].tolist()


def test_it_works_in_a_pipeline_under_a_grid_search(texts: list[str], indicator: np.ndarray[Any, Any]) -> None:
    shouting = FunctionTransformer(lambda given: [text.upper() for text in given])
    search = GridSearchCV(
        make_pipeline(shouting, TaggerClassifier(tags=LABELS)),
        {"taggerclassifier__aim": ["f1"]},
        cv=2,
        scoring="recall_micro",
    ).fit(texts, indicator)
    assert search.best_params_ == {"taggerclassifier__aim": "f1"}
    assert search.predict(texts[:2]).shape == (2, 3)


@pytest.mark.parametrize(
    ("given", "y", "message"),
    [
        (["one", "two"], [{"image"}], "there are 2 texts, but labels for 1"),
        ("one", [{"image"}], "X has to be a list of texts"),
        (["one", 2], [{"image"}, {"text"}], "X\\[1\\] is 2, which is neither a text nor a paper"),
        (np.ones((2, 2)), [{"image"}, {"text"}], "X has to be a list of texts"),
        ([], np.zeros((0, 2)), "0 samples"),
    ],
)
def test_what_can_not_be_learnt_from_is_refused(given: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TaggerClassifier().fit(given, y)


def test_an_aim_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'speed' is no aim"):
        TaggerClassifier(aim="speed").fit(["one", "two"], [{"image"}, {"text"}])
