from datetime import date

from tagger.bulk.engine import Shard
from tagger.bulk.ray_engine import _packed, _unpacked
from tagger.domain.paper import Paper


def test_a_shard_that_was_sent_to_a_worker_is_the_same_there() -> None:
    whole = Paper("p", "Tïtle", "a\u2028b", date(2026, 8, 7), ("Ann",), "https://x.org", ("cs.CL",), 3, ("10.1000/1",))
    shard = Shard(4, ((1, "line 1", whole), (2, "line 2", Paper("q", "", ""))))
    found = _unpacked(_packed(shard))
    assert found == shard and found.papers[0][2].other_ids == ("10.1000/1",)
