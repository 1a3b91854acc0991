"""An invented digest that the publishing tests render."""

from datetime import UTC, date, datetime, timedelta

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.publishing import BlindChecks, PublishedPaper, PublishedTag, RuleKey, RuleRecord, TaggedDigest

AT = datetime(2026, 8, 7, 9, 30, tzinfo=UTC)
TAG_SET = TagSet(
    2,
    (
        Dimension(
            "habitat",
            "Where?",
            True,
            (Tag("sea", "Sea", "Salt water"), Tag("forest", "Forest"), Tag("cs.CV", "Dotted")),
        ),
        Dimension("diet-kind", "What?", False, (Tag("plants", "Plants"), Tag("meat", "Meat & <bones>"))),
    ),
)
RULE = "precision>=0.95"
HOSTILE = "<script>alert('x')</script> & \"quotes\" ]]> </style> 🦀 \u202eevil"


def tag(dimension: int, tag_id: str, **how: object) -> PublishedTag:
    found = TAG_SET.dimensions[dimension].tag(tag_id)
    fields: dict[str, object] = {"by": "ann@example.org", "rule": None, "model": None, "score": None, "at": AT}
    return PublishedTag(found.id, found.name, found.means, **(fields | how))  # type: ignore[arg-type]


def papers() -> tuple[PublishedPaper, ...]:
    long = "Whales sing in the deep and trees listen by the shore. " * 14
    suggested: dict[str, object] = {"model": "2026-08-01-1", "score": 0.934}
    return (
        PublishedPaper(
            Paper("2405.14906", "On $\\textbf{S}^2$ea Songs", long, authors=("Ann Ash", "Bo Birk"), upvotes=12),
            {"habitat": (tag(0, "sea", **suggested),), "diet-kind": (tag(1, "plants"),)},
        ),
        PublishedPaper(
            Paper(
                "t-0123456789abcdef",
                HOSTILE,
                f"{HOSTILE} about forests, in $O(\\frac{{n}}{{2}})$ steps",
                url="javascript:alert(1)",
            ),
            {
                "habitat": (tag(0, "forest", rule="all-sure", **suggested), tag(0, "cs.CV", rule=RULE, **suggested)),
                "diet-kind": (),
            },
        ),
        PublishedPaper(
            Paper("own-3", "1. Plain * paper_with_marks", "Short.", url="https://example.org/p?a=1&b=2", upvotes=1),
            {"habitat": (tag(0, "sea"), tag(0, "forest", at=AT + timedelta(hours=1))), "diet-kind": (tag(1, "meat"),)},
        ),
    )


def digest() -> TaggedDigest:
    checks = BlindChecks(RULE, 39, 40, 0.8684, 0.9994)
    rules: dict[RuleKey, RuleRecord] = {(RULE, "2026-08-01-1"): RuleRecord(0.95, checks)}
    edited_at = AT + timedelta(hours=1)
    return TaggedDigest(
        date(2026, 8, 7), "Daily <Papers>", TAG_SET, papers(), 2, edited_at=edited_at, checks=checks, rules=rules
    )
