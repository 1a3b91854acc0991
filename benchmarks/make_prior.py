"""Makes `tagger/learning/prior.json` again: stack weights learnt on labelled papers, few at a time.

    python benchmarks/make_prior.py ANNOTATIONS.jsonl

A stack that starts from these weights has to do well with few labels, so they are learnt as it will be used: on many
small draws of papers, with heads trained on the draw alone, and averaged over the draws and dimensions.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tagger.domain.model import no_progress
from tagger.learning import fitting
from tagger.learning.encoder import PACKAGED
from tagger.learning.evidence import FEATURES
from tagger.learning.examples import Example
from tagger.learning.fitting import Reading, fit, fit_words, frozen_readings
from tagger.learning.training import read_texts
from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set

DRAWS, SIZE = 12, 48
OUTPUT = Path(fitting.__file__).parent / "prior.json"


def main(source: str) -> None:
    """Learn the weights from the annotations of a JSON Lines file and write them."""
    tag_set = read_tag_set(default_tag_set_file())
    rows = read_annotations(source, [d.id for d in tag_set.dimensions]).rows
    examples = [Example(row.paper, tag_set.ordered(row.tags)) for row in rows if row.paper]
    texts = read_texts(examples, (), tag_set, PACKAGED, no_progress)
    whole = texts.read(texts.body.upper)
    nothing = np.zeros(len(FEATURES) + 1)
    fitting.prior_weights = lambda: nothing  # the weights are learnt from nothing but the papers
    found = []
    for draw in range(DRAWS):
        drawn = np.random.default_rng(draw).permutation(len(examples))[:SIZE].tolist()
        part = [examples[i] for i in drawn]
        reading = Reading(whole.papers[drawn], whole.papers, whole.tags)
        background = [example.paper for example in examples]
        words = fit_words(part, background, tag_set, draw)
        fitted, _ = fit(part, tag_set, words, frozen_readings(reading, [e.paper.id for e in part]), draw)
        found += [model.weights for model in fitted.dimensions]
        print(f"draw {draw + 1} of {DRAWS}", file=sys.stderr)
    weights = dict(zip((*FEATURES, "intercept"), np.mean(found, axis=0).round(3).tolist(), strict=True))
    content = {"made_at": f"{datetime.now(UTC):%Y-%m-%d}", "papers": len(examples), "size": SIZE, "weights": weights}
    OUTPUT.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
