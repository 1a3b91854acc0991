"""How tagger stands beside its peers, on the same papers in the same folds: the table in docs/model.md.

    python -m benchmarks.peers ANNOTATIONS.jsonl [--only NAME…] [--folds K] [--mpnet FOLDER]
        [--setfit-steps N] [--setfit-minutes M] [--setfit-folds K] [--annif COMMAND] [--annif-folds K]

Folds are those of `tagger evaluate`. Each peer's scores become tags at one threshold a dimension, chosen on papers it
was trained on by what it says of them out of fold; in a required dimension a paper gets its best tag anyway. Seconds
are the processor's, of one core if OMP_NUM_THREADS is 1, so that a busy machine doesn't change them much. Slow peers
may take part in some folds only; tagger's figures in just these folds stand beside theirs.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.annif_peers import annif_peers
from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.encoder import PACKAGED, find_encoder, paper_text
from tagger.learning.examples import Example, folds_of, labels_of
from tagger.learning.lexicon import fit_lexicon
from tagger.learning.metrics import Figures, figures_of, mean_figures
from tagger.learning.options import TrainingOptions
from tagger.learning.peers import LinearPeer, fit_linear, fit_setfit
from tagger.learning.prediction import load_predictor
from tagger.learning.training import train
from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set

FOLDS, DIGEST, MAX_TOKENS = 5, 33, 256
SKIPPED = {
    "FastFit": "it gives a text one class, never several tags; and fast-fit 1.2.1 doesn't load with datasets 3 or newer"
}
TAGGER = "tagger"


def main() -> None:
    """Measure the peers that were asked for and print the table."""
    wanted = _arguments()
    tag_set = read_tag_set(default_tag_set_file())
    rows = read_annotations(wanted.annotations, [d.id for d in tag_set.dimensions]).rows
    examples = [Example(row.paper, tag_set.ordered(row.tags)) for row in rows if row.paper]
    folds = folds_of([example.paper.id for example in examples], FOLDS, "evaluation")
    parts = [[e for e, of in zip(examples, folds, strict=True) if of == fold] for fold in range(FOLDS)]
    labels = [[labels_of(part, dimension) for dimension in tag_set.dimensions] for part in parts]
    measured: dict[str, dict[int, Measured]] = {}
    for name, peer, most in _peers(wanted, tag_set):
        if wanted.only and not any(part in name for part in wanted.only):
            continue
        for fold in range(min(most, wanted.folds)):
            known = [example for i, part in enumerate(parts) if i != fold for example in part]
            for row, found in peer(known, [example.paper for example in parts[fold]]).items():
                measured.setdefault(row, {})[fold] = found
                figures = _in_words(_figures({fold: found}, [fold], labels))
                print(f"{row}, fold {fold + 1}: {figures}, {found}", file=sys.stderr, flush=True)
    _print_table(measured, labels)


@dataclass(frozen=True)
class Measured:
    """One fold: choices, (papers, tags) a dimension; seconds of training and of tagging a digest; megabytes."""

    chosen: Sequence[NDArray[np.bool_]] = field(repr=False)
    training: float
    predicting: float
    megabytes: float
    remark: str = ""


# Trains on examples and judges papers; most peers give one row of the table.
Peer = Callable[[Sequence[Example], Sequence[Paper]], dict[str, Measured]]


# Who carries what: by fold and dimension, (papers, tags).
Labels = Sequence[Sequence[NDArray[np.bool_]]]


def processor_seconds() -> float:
    """Return what this process and those it has waited for have taken of the processor so far."""
    return sum(os.times()[:4])


def _peers(wanted: argparse.Namespace, tag_set: TagSet) -> Iterator[tuple[str, Peer, int]]:
    """Yield each peer with its name and the number of folds it takes part in."""
    yield TAGGER, _tagger(tag_set), FOLDS
    yield "TF-IDF", _tfidf(tag_set), FOLDS
    yield "MiniLM", _frozen(tag_set, PACKAGED, "MiniLM, frozen, + logistic regression"), FOLDS
    if wanted.mpnet:
        yield "mpnet", _frozen(tag_set, wanted.mpnet, "mpnet, frozen, + logistic regression"), FOLDS
    else:
        _skip("mpnet", "no --mpnet FOLDER was given")
    steps, seconds = wanted.setfit_steps, wanted.setfit_minutes * 60 / len(tag_set.dimensions)
    yield "SetFit", _setfit(tag_set, steps, seconds), wanted.setfit_folds
    if wanted.annif:
        yield "Annif", annif_peers(tag_set, wanted.annif, DIGEST, Measured), wanted.annif_folds
    else:
        _skip("Annif", "no --annif COMMAND was given")
    for name, reason in SKIPPED.items():
        _skip(name, reason)


def _skip(name: str, reason: str) -> None:
    print(f"{name} is skipped: {reason}", file=sys.stderr)


def _tagger(tag_set: TagSet) -> Peer:
    def judge(known: Sequence[Example], papers: Sequence[Paper]) -> dict[str, Measured]:
        now, options = datetime.now(UTC), TrainingOptions(body="frozen")
        # A cache of its own: to train as if no paper had been read before.
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, TAGGER_CACHE=f"{folder}-cache"):
            started, models = processor_seconds(), Path(folder)
            train(
                known, tag_set, name=lambda: "m", models=models, encoder=PACKAGED, options=options, created_at=now,
                progress=no_progress,
            )  # fmt: skip
            trained = processor_seconds()
            predictor = load_predictor(models / "m")
            loaded = processor_seconds()
            found = predictor.predict(papers[:DIGEST], at=now)
            predicted = processor_seconds()
            found += predictor.predict(papers[DIGEST:], at=now)
            own = sum(file.stat().st_size for file in models.rglob("*") if file.is_file()) / 1e6
        chosen = [
            np.array([[tag in suggestion.tags[d.id] for tag in d.tag_ids] for suggestion in found])
            for d in tag_set.dimensions
        ]
        encoder = (Path(find_encoder(PACKAGED)) / "model.safetensors").stat().st_size / 1e6
        remark = f"{own:.1f} MB a version besides the encoder"
        return {TAGGER: Measured(chosen, trained - started, predicted - loaded, own + encoder, remark)}

    return judge


def _tfidf(tag_set: TagSet) -> Peer:
    def judge(known: Sequence[Example], papers: Sequence[Paper]) -> dict[str, Measured]:
        started = processor_seconds()
        lexicon = fit_lexicon([example.paper for example in known])
        heads = _fit_heads(lexicon.matrix([example.paper for example in known]), known, tag_set)
        trained = processor_seconds()
        digest = lexicon.matrix(papers[:DIGEST])
        for head in heads:
            head.judge(digest)
        predicted = processor_seconds()
        features = lexicon.matrix(papers)
        chosen = [head.judge(features).chosen for head in heads]
        megabytes = _heads_megabytes(heads) + sum(len(term.encode()) + 5 for term in lexicon.terms) / 1e6
        return {"TF-IDF + logistic regression": Measured(chosen, trained - started, predicted - trained, megabytes)}

    return judge


def _frozen(tag_set: TagSet, encoder: str, name: str) -> Peer:
    """Return the encoder with logistic regressions. A paper is read once, in whichever fold comes first."""
    from sentence_transformers import SentenceTransformer

    path = find_encoder(encoder)
    read: dict[str, tuple[NDArray[np.float32], float]] = {}

    def judge(known: Sequence[Example], papers: Sequence[Paper]) -> dict[str, Measured]:
        model = SentenceTransformer(path, device="cpu")
        model.max_seq_length = MAX_TOKENS

        def embed(new: Sequence[Paper]) -> NDArray[np.float32]:
            if new:
                started = processor_seconds()
                texts = [paper_text(paper) for paper in new]
                found = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
                seconds = (processor_seconds() - started) / len(new)
                read.update({paper.id: (vector, seconds) for paper, vector in zip(new, found, strict=True)})
            return np.stack([read[paper.id][0] for paper in new]) if new else np.zeros((0, 0), np.float32)

        embed([e.paper for e in known if e.paper.id not in read])
        embed([paper for paper in papers if paper.id not in read])
        reading = sum(read[example.paper.id][1] for example in known)
        started = processor_seconds()
        heads = _fit_heads(np.stack([read[example.paper.id][0] for example in known]), known, tag_set)
        trained = processor_seconds()
        digest = embed(papers[:DIGEST])
        for head in heads:
            head.judge(digest)
        predicted = processor_seconds()
        vectors = np.stack([read[paper.id][0] for paper in papers])
        chosen = [head.judge(vectors).chosen for head in heads]
        megabytes = _heads_megabytes(heads) + sum(p.numel() for p in model.parameters()) * 4 / 1e6
        return {name: Measured(chosen, reading + trained - started, predicted - trained, megabytes)}

    return judge


def _setfit(tag_set: TagSet, steps: int, seconds: float) -> Peer:
    def judge(known: Sequence[Example], papers: Sequence[Paper]) -> dict[str, Measured]:
        chosen, training, predicting, megabytes, taken, whole = [], 0.0, 0.0, 0.0, [], 0.0
        for dimension in tag_set.dimensions:
            started = processor_seconds()
            peer = fit_setfit(
                [e.paper for e in known], labels_of(known, dimension), encoder=PACKAGED, steps=steps, seconds=seconds,
                required=dimension.required, seed=0,
            )  # fmt: skip
            trained = processor_seconds()
            digest = peer.judge(papers[:DIGEST]).chosen
            training, predicting = training + trained - started, predicting + processor_seconds() - trained
            chosen.append(np.concatenate([digest, peer.judge(papers[DIGEST:]).chosen]))
            model = peer.trained.model
            megabytes += sum(p.numel() for p in model.model_body.parameters()) * 4 / 1e6
            taken.append(peer.trained.steps)
            whole += (trained - started) / max(peer.trained.steps, 1) * peer.trained.default_steps
        remark = (
            f"{' + '.join(map(str, taken))} steps; its default, the same a step, would take {whole / 3600:.0f} hours"
        )
        return {"plain SetFit, MiniLM": Measured(chosen, training, predicting, megabytes, remark)}

    return judge


def _fit_heads(features: NDArray[np.float32], known: Sequence[Example], tag_set: TagSet) -> list[LinearPeer]:
    ids = [example.paper.id for example in known]
    return [fit_linear(features, labels_of(known, d), ids, required=d.required, seed=0) for d in tag_set.dimensions]


def _heads_megabytes(heads: Sequence[LinearPeer]) -> float:
    return sum(peer.head.weights.nbytes + peer.head.intercepts.nbytes for peer in heads) / 1e6


def _figures(of: dict[int, Measured], folds: Sequence[int], labels: Labels) -> Figures:
    """Return the mean over dimensions, the papers of these folds taken together."""
    found = []
    for i in range(len(labels[0])):
        true = np.concatenate([labels[fold][i] for fold in folds])
        chosen = np.concatenate([of[fold].chosen[i] for fold in folds])
        found.append(figures_of(true, chosen, chosen.astype(np.float64)))
    return mean_figures(found)


def _in_words(figures: Figures) -> str:
    return f"{figures.micro_f1:.3f} / {figures.macro_f1:.3f}"


def _print_table(measured: dict[str, dict[int, Measured]], labels: Labels) -> None:
    print("| | folds | micro / macro F1 | tagger in these folds | training, s | 33 papers, s | MB |")
    print("|---|---|---|---|---|---|---|")
    remarks, ours = [], measured.get(TAGGER, {})
    for name, of in measured.items():
        folds = sorted(of)
        beside = _in_words(_figures(ours, folds, labels)) if ours.keys() >= of.keys() else "-"
        columns = ("training", "predicting", "megabytes")
        means = [float(np.mean([getattr(one, column) for one in of.values()])) for column in columns]
        numbers = [f"{mean:.{0 if mean >= 10 else 1 if mean >= 1 else 2}f}" for mean in means]
        cells = (name, str(len(folds)), _in_words(_figures(of, folds, labels)), beside, *numbers)
        print(f"| {' | '.join(cells)} |")
        remarks += [f"{name}, fold {fold + 1}: {of[fold].remark}" for fold in folds if of[fold].remark]
    print(*["", *remarks] if remarks else [], sep="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("annotations")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="parts of the names of those that take part")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the five folds to hold out")
    parser.add_argument("--mpnet", metavar="FOLDER", help="all-mpnet-base-v2 as sentence-transformers saves it")
    parser.add_argument("--setfit-steps", type=int, default=300, help="the most a dimension")
    parser.add_argument("--setfit-minutes", type=float, default=120, help="the most a fold")
    parser.add_argument("--setfit-folds", type=int, default=1)
    parser.add_argument("--annif", metavar="COMMAND", help="the annif command of an environment of its own")
    parser.add_argument("--annif-folds", type=int, default=FOLDS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
