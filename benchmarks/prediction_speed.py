"""How much longer predicting takes than the encoder alone: python -m benchmarks.prediction_speed PAPERS [MODEL].

PAPERS is a source of papers, of which the first 1,000 are taken; MODEL a model version's folder, else the starter. The
two take turns, 250 papers each, so that both meet the same machine.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tagger.learning.encoder import OnnxEncoder, paper_text
from tagger.learning.prediction import load_predictor
from tagger.learning.starter import starter_folder
from tagger.learning.weights import read_weights
from tagger.sources import read_source

PAPERS, TURN = 1000, 250


def main(source: str, model: Path) -> None:
    """Measure and print papers a second, and the difference."""
    now = datetime.now(UTC)
    papers = [entry.paper for entry in read_source(source, today=now.date()).entries][:PAPERS]
    predictor, encoder = load_predictor(model), OnnxEncoder(model, read_weights(model))
    seconds = {"encoder": 0.0, "predict": 0.0}
    for turn in [papers[i : i + TURN] for i in range(0, len(papers), TURN)]:
        started = time.perf_counter()
        encoder.encode([paper_text(paper) for paper in turn])
        between = time.perf_counter()
        predictor.predict(turn, at=now)
        seconds["encoder"] += between - started
        seconds["predict"] += time.perf_counter() - between
    for name, spent in seconds.items():
        print(f"{name}: {len(papers) / spent:.1f} papers a second")
    share = seconds["predict"] / seconds["encoder"] - 1
    print(f"predicting {len(papers)} papers takes {share:+.1%} over the encoder's time")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else starter_folder())
