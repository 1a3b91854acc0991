"""Shows a paper to the people who label it: its text, and beside it what a model suggests and why, as HTML.

Label Studio renders what it is given, so whatever comes from papers, tags or models is escaped here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from tagger.domain.evidence import FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Suggestion
from tagger.domain.latex import readable_latex
from tagger.domain.paper import Entry
from tagger.domain.tags import Tags, TagSet
from tagger.studio.page import tag_labels, tag_marker

# A tag that isn't suggested is worth a look from this score on; so many of a dimension are shown.
_WORTH_A_LOOK, _MOST_NEAR = 0.2, 3
# What page.css does with a tag that the model chose.
_SUGGESTED = (
    "--tagger-edge:dashed;--tagger-rest:#7c3aed88;--tagger-line:#7c3aed;--tagger-fill:#7c3aed1f;"
    "--tagger-gone:line-through"
)
Key = tuple[str, str]


def paper_page(entry: Entry, suggestion: Suggestion | None, tag_set: TagSet) -> str:
    """Return a paper as HTML; without a suggestion nothing in it tells of one."""
    if suggestion is None:
        return _paper(entry, {})
    names = {(d.id, tag): name for d in tag_set.dimensions for tag, name in tag_labels(d).items()}
    scores = {(d, t): score for d, tags in suggestion.scores.items() for t, score in tags.items() if (d, t) in names}
    suggested = [(d, t) for d, tags in suggestion.tags.items() for t in tags if (d, t) in scores]
    suggested.sort(key=lambda key: -scores[key])
    near = _near(scores, suggested)
    found = {key: suggestion.evidence.of(*key) for key in suggested}
    words = {w.word.casefold(): names[key] for key, e in found.items() if e for w in e.words}
    shown = [_paper(entry, words), '<div class="tagger-evidence">']
    shown += _section("Suggested, the surest first", [_tag_line(names[k], scores[k], found[k]) for k in suggested])
    shown += _section("Not suggested, but near", [_tag_line(names[k], scores[k], None) for k in near])
    like = [_like_line(paper, suggestion.tags, names) for paper in suggestion.evidence.nearest]
    shown += _section("The labelled papers most like it", like)
    shown.append(f"</div>{_marks(scores, suggested, near)}")
    return "".join(shown)


def _paper(entry: Entry, words: Mapping[str, str]) -> str:
    paper = entry.paper
    about = [html.escape(paper.id)]
    if paper.link:
        about = [f'<a href="{html.escape(paper.link)}" target="_blank" rel="noopener noreferrer">{about[0]}</a>']
    about += [html.escape(text) for text in (str(entry.digest or ""), ", ".join(paper.categories)) if text]
    abstract = readable_latex(paper.abstract).strip() or "(no abstract)"
    paragraphs = "".join(f"<p>{_marked(part, words)}</p>" for part in re.split(r"\n\s*\n", abstract))
    title = _marked(readable_latex(paper.title), words)
    return f'<h3>{title}</h3><p class="tagger-about">{" · ".join(about)}</p>{paragraphs}'


def _marked(text: str, words: Mapping[str, str]) -> str:
    """Return text escaped, with the words that speak for a tag marked and the tag told."""
    if not words:
        return html.escape(text)
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    pieces = pattern.split(text)
    for i in range(1, len(pieces), 2):
        tag = html.escape(words.get(pieces[i].casefold(), ""))
        pieces[i] = f'<mark title="{tag}">{html.escape(pieces[i])}</mark>'
        pieces[i - 1] = html.escape(pieces[i - 1])
    pieces[-1] = html.escape(pieces[-1])
    return "".join(pieces)


def _near(scores: Mapping[Key, float], suggested: Iterable[Key]) -> list[Key]:
    """Return the tags that were nearly suggested, the nearest first."""
    found: list[Key] = []
    rest = sorted(set(scores) - set(suggested), key=lambda key: (-scores[key], key))
    for key in rest:
        if scores[key] >= _WORTH_A_LOOK and sum(d == key[0] for d, _ in found) < _MOST_NEAR:
            found.append(key)
    return found


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"<p>{title}</p><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"] if lines else []


def _tag_line(name: str, score: float, found: TagEvidence | None) -> str:
    why = []
    if found:
        why = [", ".join(map(_word, found.words)) or "reads like: " + ", ".join(found.looked_at)]
        why.append(f"learnt from {found.labelled_papers}" if found.labelled_papers else "no label backs it")
    return f"<b>{html.escape(name)}</b> <i>{_score(score)}</i> <span>{html.escape(' · '.join(why))}</span>"


def _word(word: FoundWord) -> str:
    times = word.title + word.abstract
    return f"“{word.word}”" + (f" {times}x" if times > 1 else "") + (" (title)" if word.title else "")


def _like_line(paper: LabelledPaper, suggested: Tags, names: Mapping[Key, str]) -> str:
    carried = [(d, t) for d, tags in paper.tags.items() for t in tags if (d, t) in names]
    told = [
        f"<b>{html.escape(names[key])}</b>" if key[1] in suggested.get(key[0], ()) else html.escape(names[key])
        for key in carried
    ]
    title = html.escape(readable_latex(paper.title))
    return f"{title} <i>{_score(paper.likeness)}</i> <span>{', '.join(told)}</span>"


def _score(score: float) -> str:
    """Return a score as readers know it, .93; never 1, as no model is that sure."""
    return f"{min(score, 0.99):.2f}".removeprefix("0")


def _marks(scores: Mapping[Key, float], suggested: list[Key], near: list[Key]) -> str:
    """Return a style that writes the scores beside their tags and sets apart what the model chose."""
    rules = [f'{_place(key)}::after{{content:"{_score(scores[key])}"}}' for key in [*suggested, *near]]
    if suggested:
        rules.append(f"label:has({','.join(map(_place, suggested))}){{{_SUGGESTED}}}")
    return f"<style>{''.join(rules)}</style>"


def _place(key: Key) -> str:
    quoted = re.sub(r"[^A-Za-z0-9_.\- ]", lambda c: f"\\{ord(c[0]):x} ", tag_marker(*key))
    return f'[data-tag="{quoted}"]'
