"""What papers score, by the student of the starter."""

import json

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from tagger.domain.paper import Paper
from tagger.learning.package import read_package
from tagger.learning.scoring import score
from tests.conftest import ROOT

ANNOTATIONS = ROOT / "examples" / "annotations_invented.jsonl"


def test_scores_are_the_same_to_the_byte_on_any_number_of_threads() -> None:
    rows = [json.loads(line) for line in ANNOTATIONS.read_text().splitlines()]
    papers = [Paper(row["id"], row["title"], row["abstract"]) for row in rows]
    _, tag_set, fitted = read_package(ROOT / "models" / "starter")
    found = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads, "blas"):
            found.append(score(fitted, tag_set, papers, None))
            assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {threads}
    for other in found[1:]:
        for one, same in zip(found[0].scores, other.scores, strict=True):
            assert np.array_equal(one, same)
