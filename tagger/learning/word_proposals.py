"""Proposes further words for tags: those that stand in papers with a tag far more often than in the others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag
from tagger.learning.examples import Example
from tagger.learning.words import text_of

LEAST_PAPERS = 3
MOST_WORDS = 3
# How many standard deviations a word's log-odds lie above 0 at least, and how large they are.
LEAST_Z, LEAST_LOG_ODDS = 2.5, 1.0
# So many papers' worth of belief that a word is as frequent with the tag as anywhere.
_PRIOR_PAPERS = 10.0
# A word is proposed with its capitals if it is written so in this share of its papers.
_WRITTEN_SO = 0.8
_PIECE = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    """
    a about above across after again against al all also although among an and another any are around as at be
    because been before being below between both but by can could did do does done down due during each either et
    etc even every few first for from further had has have having he hence here how however i if in instead into is
    it its itself just least less like made make many may might more moreover most much must nor not of often on
    once one only onto or other our ours out over own per rather s same second several she should since so some such
    t than that the their them then there thereby therefore these they third this those though three through thus to
    too toward towards two under until up upon us using very via was we well were what when where whereas whether
    which while who whose why will with within without would yet you your
    """.split()
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word that may be one for a tag: in ``with_tag`` of the tag's ``of_tag`` papers, ``elsewhere`` of the others."""

    dimension: str
    tag: str
    word: str
    log_odds: float
    with_tag: int
    of_tag: int
    elsewhere: int
    of_others: int


def propose_words(
    examples: Sequence[Example], dimensions: Iterable[Dimension], wanted: Collection[tuple[str, str]], most: int
) -> list[Proposal]:
    """Return up to ``most`` words for each tag of ``wanted``, (dimension id, tag id) each, the surest first.

    Left out are stop words, words that the tag or another of its dimension has, in singular or plural and with hyphens
    or without, and words in fewer than three of the tag's papers.
    """
    found = _terms_of_all([example.paper for example in examples])
    everywhere = Counter(term for terms in found for term in terms)
    proposals = []
    for dimension in dimensions:
        taken = {phrase_key(word) for tag in dimension.tags for word in (tag.name, *tag.also)}
        for tag in dimension.tags:
            if (dimension.id, tag.id) in wanted:
                carries = [tag.id in example.tags.get(dimension.id, ()) for example in examples]
                inside = Counter(t for terms, carried in zip(found, carries, strict=True) if carried for t in terms)
                ranked = _ranked(inside, everywhere, sum(carries), len(examples))
                proposals += [
                    Proposal(
                        dimension=dimension.id,
                        tag=tag.id,
                        word=term,
                        log_odds=round(log_odds, 3),
                        with_tag=inside[term],
                        of_tag=sum(carries),
                        elsewhere=everywhere[term] - inside[term],
                        of_others=len(examples) - sum(carries),
                    )
                    for term, log_odds in _unlike(tag, taken, ranked, most)
                ]
    return proposals


def terms(paper: Paper) -> tuple[frozenset[str], frozenset[str]]:
    """Return a paper's words, pairs and triples, in lower case and as written.

    They are joined by a space or a hyphen as they stand there, so that each is found where tags' words are looked for.
    Of those as written there are only such with a capital inside a word. None begins or ends with a stop word, or
    within a compound: "shot" of "few-shot" is none.
    """
    loose, exact = set(), set()
    for text in (text_of(paper.title).written, text_of(paper.abstract).written):
        pieces = list(_PIECE.finditer(text))
        for first, piece in enumerate(pieces):
            if text[max(piece.start() - 1, 0)] == "-":
                continue
            for last in range(first, min(first + MOST_WORDS, len(pieces))):
                if last > first and text[pieces[last - 1].end() : pieces[last].start()] not in (" ", "-"):
                    break
                term = text[piece.start() : pieces[last].end()]
                if not text.startswith("-", pieces[last].end()) and _says_something(term):
                    loose.add(term.lower())
                    if _has_inner_capital(term):
                        exact.add(term)
    return frozenset(loose), frozenset(exact)


def log_odds_and_z(inside: int, of_inside: int, everywhere: int, of_all: int) -> tuple[float, float]:
    """Return a word's log-odds ratio, papers with the tag against the others, and its z-score.

    The prior is informative: it expects the word everywhere as often as in all papers together (Monroe, Colaresi and
    Quinn 2008, over papers instead of occurrences).
    """
    share = (everywhere + 0.5) / (of_all + 1)
    outside, of_outside = everywhere - inside, of_all - of_inside
    cells = [
        with_word + _PRIOR_PAPERS * belief
        for with_word, belief in (
            (inside, share),
            (of_inside - inside, 1 - share),
            (outside, share),
            (of_outside - outside, 1 - share),
        )
    ]
    log_odds = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return log_odds, log_odds / math.sqrt(sum(1 / cell for cell in cells))


def _terms_of_all(papers: Sequence[Paper]) -> list[frozenset[str]]:
    """Return each paper's terms, of which a spelling with capitals stands for all where it is the common one."""
    found = [terms(paper) for paper in papers]
    loose_papers = Counter(term for loose, _ in found for term in loose)
    exact_papers = Counter(term for _, exact in found for term in exact)
    written = {term.lower(): term for term, n in exact_papers.items() if n >= _WRITTEN_SO * loose_papers[term.lower()]}
    usual = {term for term, n in loose_papers.items() if n >= LEAST_PAPERS} - written.keys()
    capitals = set(written.values())
    return [(loose & usual) | (exact & capitals) for loose, exact in found]


def _ranked(inside: Counter[str], everywhere: Counter[str], of_tag: int, of_all: int) -> list[tuple[str, float]]:
    ranked = []
    for term, n in inside.items():
        if n >= LEAST_PAPERS:
            log_odds, z = log_odds_and_z(n, of_tag, everywhere[term], of_all)
            if z >= LEAST_Z and log_odds >= LEAST_LOG_ODDS:
                ranked.append((-z, -len(term), term, log_odds))
    return [(term, log_odds) for _, _, term, log_odds in sorted(ranked)]


def _unlike(tag: Tag, taken: set[str], ranked: Iterable[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """Return the first terms that say something new: nobody's words, and none within another or around it.

    What holds one of the tag's words is found by that word anyway, and a part of one mostly stands there for it.
    """
    known = [_pieces(word) for word in (tag.name, *tag.also)]
    kept: list[tuple[str, float]] = []
    for term, log_odds in ranked:
        pieces = _pieces(term)
        if phrase_key(term) not in taken and not any(_within(pieces, k) or _within(k, pieces) for k in known):
            kept.append((term, log_odds))
            known.append(pieces)
        if len(kept) == most:
            break
    return kept


def _pieces(term: str) -> list[str]:
    return [_singular(piece) for piece in _PIECE.findall(term.lower())]


def phrase_key(term: str) -> str:
    """Return what is the same for a phrase in singular and plural, with hyphens and without."""
    return "".join(_pieces(term))


def _within(inner: list[str], outer: list[str]) -> bool:
    return any(outer[i : i + len(inner)] == inner for i in range(len(outer) - len(inner) + 1))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _says_something(term: str) -> bool:
    outer = {word.lower() for word in (term.split(" ")[0], term.split(" ")[-1])}
    return len(term) > 1 and any(c.isalpha() for c in term) and outer.isdisjoint(_STOP_WORDS)


def _has_inner_capital(term: str) -> bool:
    return any(c.isupper() for piece in _PIECE.findall(term) for c in piece[1:])
