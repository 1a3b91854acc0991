"""Makes `tagger/learning/word_vectors.safetensors` again: what words of papers mean, learnt from untagged papers.

    python -m benchmarks.make_word_vectors PAPERS.jsonl.gz [PAPERS.jsonl.gz …] [--leave-out PAPERS.jsonl]

Latent semantic analysis (Deerwester et al. 1990): TF-IDF of the papers' words and word pairs, reduced by a singular
value decomposition. Only words with their vectors are kept, no text. Papers with a title in the `--leave-out` file
aren't read, so that figures measured on those stay honest. Takes about a minute for 45,000 papers.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.utils.extmath import randomized_svd

from tagger.domain.paper import Paper, normalised_title
from tagger.learning import word_vectors
from tagger.learning.terms import terms_of

TERMS, DIMS = 24_000, 160


def main() -> None:
    """Read the papers, reduce, quantise, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("papers", nargs="+", type=Path)
    parser.add_argument("--leave-out", type=Path)
    options = parser.parse_args()
    seen = {normalised_title(paper.title) for paper in _papers(options.leave_out)} if options.leave_out else set()
    in_papers: list[Counter[str]] = []
    for file in options.papers:
        for paper in _papers(file):
            title = normalised_title(paper.title)
            if title not in seen:
                seen.add(title)
                in_papers.append(Counter(term for term in terms_of(paper) if not _stopped(term)))
    spread = Counter(term for counts in in_papers for term in counts)
    terms = sorted(term for term, _ in spread.most_common(TERMS))
    column = {term: i for i, term in enumerate(terms)}
    rarity = np.log(len(in_papers) / np.array([spread[term] for term in terms])).astype(np.float32)
    rows = [{column[t]: 1 + np.log(n) for t, n in counts.items() if t in column} for counts in in_papers]
    columns = np.concatenate([np.fromiter(row.keys(), dtype=np.int64) for row in rows])
    weights = np.concatenate([np.fromiter(row.values(), dtype=np.float32) for row in rows]) * rarity[columns]
    matrix = csr_matrix((weights, columns, np.cumsum([0, *map(len, rows)])), shape=(len(rows), len(terms)))
    lengths = np.sqrt(matrix.multiply(matrix).sum(1))
    _, strengths, directions = randomized_svd(
        matrix.multiply(1 / np.maximum(lengths, 1e-9)).tocsr(), DIMS, n_iter=4, random_state=0
    )
    vectors = directions.T / np.sqrt(strengths)
    steps = np.abs(vectors).max(0) / 127
    save_file(
        {
            "terms": np.frombuffer("\n".join(terms).encode(), dtype=np.uint8),
            "rarity": rarity,
            "vectors": np.round(vectors / steps).astype(np.int8),
            "steps": steps.astype(np.float32),
        },
        word_vectors.FILE,
    )
    print(f"{len(terms)} terms in {DIMS} dimensions from {len(in_papers)} papers")


def _stopped(term: str) -> bool:
    return not ENGLISH_STOP_WORDS.isdisjoint(term.split())


def _papers(file: Path) -> Iterator[Paper]:
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        for line in lines:
            row = json.loads(line)
            yield Paper("", row["title"], row["abstract"])


if __name__ == "__main__":
    main()
