"""Annif as a peer of `benchmarks/peers.py`: its command from an environment of its own.

`pip install annif[omikuji,nn]` makes it. Each dimension is a SKOS vocabulary of the tags with their names and `also`
words. The thresholds, and the ensemble's weights, come from a fifth each of the training papers, judged by projects
trained on the rest; then the projects are trained on all. The ensemble's figures are without its sources' training and
size. The sentence model that Annif's tokeniser would download is learnt from the training papers.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, TagSet
from tagger.learning.encoder import paper_text
from tagger.learning.examples import Example, folds_of, labels_of
from tagger.learning.thresholds import best_threshold, choose

ENSEMBLE = "nn_ensemble"
PROJECTS = {
    "tfidf": "backend=tfidf",
    "omikuji-parabel": "backend=omikuji\nngram=2",
    "omikuji-bonsai": "backend=omikuji\nngram=2\ncluster_balanced=False\ncluster_k=100\nmax_depth=3",
    "mllm": "backend=mllm",
    ENSEMBLE: "backend=nn_ensemble\nsources=tfidf,omikuji-parabel,mllm",
}
SENTENCE_MODEL = """
import sys
from nltk.tokenize.punkt import PunktTrainer, save_punkt_params
save_punkt_params(PunktTrainer(sys.stdin.read()).get_params(), dir=sys.argv[1])
"""
URI = "http://tags.example/"


def annif_peers(
    tag_set: TagSet, command: str, digest: int, measured: Callable[..., Any]
) -> Callable[[Sequence[Example], Sequence[Paper]], dict[str, Any]]:
    """Return a peer that measures every project; ``digest`` is how many papers are tagged for the time of it."""

    def judge(known: Sequence[Example], papers: Sequence[Paper]) -> dict[str, Any]:
        rows: dict[str, list[tuple[NDArray[np.bool_], float, float, float]]] = {name: [] for name in PROJECTS}
        for dimension in tag_set.dimensions:
            with tempfile.TemporaryDirectory() as folder:
                annif = Annif(Path(folder), Path(command).resolve(), dimension, known)
                for name in PROJECTS:
                    rows[name].append(annif.judge(name, papers, digest))
        return {
            f"Annif {name}": measured([row[0] for row in of], *(sum(row[i] for row in of) for i in (1, 2, 3)))
            for name, of in rows.items()
        }

    return judge


class Annif:
    """Annif's projects for one dimension in a folder: trained in part for the thresholds, then whole."""

    def __init__(self, folder: Path, command: Path, dimension: Dimension, known: Sequence[Example]) -> None:
        self._folder, self._command, self._dimension = folder, command, dimension
        self._seconds: dict[str, float] = {}
        self._environment = os.environ | {"ANNIF_DATADIR": str(folder / "data"), "NLTK_DATA": str(folder / "nltk")}
        (folder / "projects.cfg").write_text(
            "\n".join(
                f"[{name}]\nname={name}\nlanguage=en\nvocab=tags\nanalyzer=snowball(english)\n"
                f"limit={len(dimension.tags)}\n{options}\n"
                for name, options in PROJECTS.items()
            )
        )
        (folder / "tags.ttl").write_text(_vocabulary(dimension))
        self._learn_sentences(known)
        self._run("load-vocab", "tags", "tags.ttl")
        labels = labels_of(known, dimension)
        parts = folds_of([example.paper.id for example in known], 5, "annif")
        self._train([e for e, part in zip(known, parts, strict=True) if part > 1], PROJECTS.keys() - {ENSEMBLE})
        self._train([e for e, part in zip(known, parts, strict=True) if part == 1], [ENSEMBLE])
        apart = [e.paper for e, part in zip(known, parts, strict=True) if part == 0]
        self._thresholds = {
            name: best_threshold(labels[parts == 0], self._scores(name, apart), required=dimension.required)
            for name in PROJECTS
        }
        self._train(known, PROJECTS.keys() - {ENSEMBLE})

    def judge(self, name: str, papers: Sequence[Paper], digest: int) -> tuple[NDArray[np.bool_], float, float, float]:
        """Return a project's choices, (papers, tags), seconds of training and of tagging a digest, and megabytes."""
        before = _seconds_of_others()
        first = self._scores(name, papers[:digest])
        predicting = _seconds_of_others() - before
        scores = np.concatenate([first, self._scores(name, papers[digest:])])
        project = self._folder / "data" / "projects" / name
        files = [file for file in project.rglob("*") if file.is_file()]
        kept = [file for file in files if "train" not in str(file.relative_to(project))]
        chosen = choose(scores, self._thresholds[name], required=self._dimension.required)
        return chosen, self._seconds[name], predicting, sum(file.stat().st_size for file in kept) / 1e6

    def _train(self, examples: Sequence[Example], names: Sequence[str] | set[str]) -> None:
        lines = []
        for example in examples:
            uris = " ".join(f"<{URI}{tag}>" for tag in example.tags.get(self._dimension.id, ()))
            if uris:
                lines.append(f"{_line(example.paper)}\t{uris}\n")
        (self._folder / "train.tsv").write_text("".join(lines))
        for name in names:
            before = _seconds_of_others()
            self._run("train", name, "train.tsv")
            self._seconds[name] = _seconds_of_others() - before

    def _scores(self, name: str, papers: Sequence[Paper]) -> NDArray[np.float64]:
        (self._folder / "new.tsv").write_text("".join(f"{_line(paper)}\n" for paper in papers))
        limit = str(len(self._dimension.tags))
        self._run("index", "--force", "--no-include-doc", "--limit", limit, "--output", "found.jsonl", name, "new.tsv")
        scores = np.zeros((len(papers), len(self._dimension.tags)))
        column = {f"{URI}{tag}": i for i, tag in enumerate(self._dimension.tag_ids)}
        found = (self._folder / "found.jsonl").read_text().splitlines()
        for row, line in zip(scores, found, strict=True):
            for result in json.loads(line)["results"]:
                row[column[result["uri"]]] = result["score"]
        return scores

    def _learn_sentences(self, known: Sequence[Example]) -> None:
        model = self._folder / "nltk" / "tokenizers" / "punkt_tab" / "english"
        model.mkdir(parents=True)
        text = "\n".join(_line(example.paper) for example in known)
        python = self._command.parent / "python"
        subprocess.run([python, "-c", SENTENCE_MODEL, str(model)], input=text, text=True, check=True)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [self._command, *arguments], cwd=self._folder, env=self._environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"annif {' '.join(arguments)} failed: {done.stderr[-2000:]}")


def _seconds_of_others() -> float:
    """Return what finished child processes have taken of the processor."""
    times = os.times()
    return times.children_user + times.children_system


def _line(paper: Paper) -> str:
    return " ".join(paper_text(paper).split())


def _vocabulary(dimension: Dimension) -> str:
    lines = ["@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."]
    for tag in dimension.tags:
        words = [f"skos:prefLabel {_quoted(tag.name)}", *(f"skos:altLabel {_quoted(word)}" for word in tag.also)]
        lines.append(f"<{URI}{tag.id}> a skos:Concept ; {' ; '.join(words)} .")
    return "\n".join(lines)


def _quoted(word: str) -> str:
    return f"{json.dumps(word, ensure_ascii=False)}@en"
