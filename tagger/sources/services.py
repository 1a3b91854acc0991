"""Services that are asked for one paper at a time: where each answers, and which ids it knows papers by."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote

_DOI = r"10\.\d{4,9}/(?!\S*(?<=/)\.{1,2}(?:/|$))\S+"
_S2_FIELDS = "title,abstract,externalIds,publicationDate,authors,url,fieldsOfStudy"
_S2_ID = rf"[0-9a-f]{{40}}|(?:CorpusId|MAG|PMID|PMCID):\d+|ARXIV:[a-z0-9./-]+|ACL:[A-Z0-9.-]+|DOI:{_DOI}"


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its name, the ids it knows, ``addresses`` to ask in turn, and the pace that it is asked at.

    An address is a variable that names a mirror, the service's own base, and a path with a place for the id.
    """

    name: str
    ids: re.Pattern[str]
    addresses: tuple[tuple[str, str, str], ...]
    pace_s: float
    example: str

    def urls(self, paper_id: str) -> list[str]:
        """Return where a paper may be had, first where most are."""
        place = quote(paper_id, safe="/:;()")
        bases = ((os.environ.get(variable) or base, path) for variable, base, path in self.addresses)
        return [base.rstrip("/") + path.format(place) for base, path in bases]


def _pattern(ids: str) -> re.Pattern[str]:
    return re.compile(ids, re.ASCII | re.IGNORECASE)


_OPENALEX, _WORK = ("TAGGER_OPENALEX_URL", "https://api.openalex.org"), "/works/{}"
SERVICES = {
    "s2": Service(
        "Semantic Scholar",
        _pattern(_S2_ID),
        (("TAGGER_S2_URL", "https://api.semanticscholar.org", f"/graph/v1/paper/{{}}?fields={_S2_FIELDS}"),),
        1.0,  # what those without a key share
        "s2:CorpusId:215416146, s2:ARXIV:2405.14906 or s2:DOI:10.18653/v1/N18-3011",
    ),
    # A submission lies in the version of the API that its venue was made with, so the other one doesn't know it.
    "openreview": Service(
        "OpenReview",
        _pattern(r"[A-Za-z0-9_-]{4,64}"),
        (
            ("TAGGER_OPENREVIEW_URL", "https://api2.openreview.net", "/notes?id={}"),
            ("TAGGER_OPENREVIEW_V1_URL", "https://api.openreview.net", "/notes?id={}"),
        ),
        1.0,
        "openreview:ryQu7f-RZ, what follows forum?id= in its address",
    ),
    "openalex": Service("OpenAlex", _pattern(r"W\d{1,15}"), ((*_OPENALEX, _WORK),), 0.2, "openalex:W2741809807"),
    "doi": Service("OpenAlex", _pattern(_DOI), ((*_OPENALEX, _WORK.format("doi:{}")),), 0.2, "doi:10.7717/peerj.4375"),
}
