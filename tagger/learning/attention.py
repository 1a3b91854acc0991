"""Heads that look for each tag among a paper's terms: label-wise attention (CAML, Mullenbach et al. 2018).

A mean over the whole paper blurs what one clause says. Here each tag has a query, which picks the terms that speak of
it, and a value, which judges them. Both start as the tag's description, so a tag with few examples stays near its
meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

_EPOCHS = 10
_BATCH = 16
_LEARNING_RATE = 5e-3
_DROPOUT = 0.3
# How sharply a query picks terms, and how far a value can move a score, before training changes both.
_SHARPNESS, _REACH = 4.0, 12.0


@dataclass(frozen=True)
class AttentionHead:
    """Queries and values, shape (tags, dims) each, an intercept a tag, and the mean term, which is taken off first."""

    queries: NDArray[np.float32]
    values: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    centre: NDArray[np.float32]

    def logits(self, papers: Iterable[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Return scores, shape (papers, tags), for the papers' term vectors, shape (terms, dims) each."""
        import numpy as np

        scores = [self.intercepts.astype(np.float64) + self.pulls(terms).sum(0) for terms in papers]
        return np.array(scores).reshape(-1, len(self.intercepts))

    def pulls(self, terms: NDArray[np.float32], tags: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.float32]:
        """Return what each term of a paper adds to the score of some tags: attention times judgement, (terms, tags)."""
        import numpy as np

        both = np.concatenate([self.queries[tags], self.values[tags]])
        attraction, judgement = np.split(_centred(terms, self.centre) @ both.T, 2, axis=1)
        weights = np.exp(attraction - attraction.max(0, initial=-np.inf))
        return np.asarray(weights / weights.sum(0) * judgement)


def fit_attention(
    papers: Sequence[NDArray[np.float32]],
    labels: NDArray[np.bool_],
    descriptions: NDArray[np.float32],
    seed: int,
    trust: NDArray[np.float64] | None = None,
) -> AttentionHead:
    """Fit a head on term vectors, one array (terms, dims) a paper, and labels of shape (papers, tags).

    ``descriptions`` are the tags' embeddings, (tags, dims). Without any paper the head is what it starts from.
    ``trust``, (papers, tags), is how much each label counts, all alike if None.
    """
    import numpy as np
    import torch

    torch.manual_seed(seed)
    has_terms = [len(p) > 0 for p in papers]
    trust = np.ones(labels.shape) if trust is None else trust
    papers, labels, trust = [p for p in papers if len(p)], labels[has_terms], trust[has_terms]
    share = np.clip(((labels * trust).sum(0) + 0.5) / (trust.sum(0) + 1), 0.002, 0.9)
    centre = np.concatenate(papers).mean(0) if papers else descriptions.mean(0)
    start = torch.from_numpy(_start(descriptions))
    queries, values = (torch.nn.Parameter(start.clone()) for _ in range(2))
    intercepts = torch.nn.Parameter(torch.from_numpy(np.log(share / (1 - share)).astype(np.float32)))
    scales = torch.nn.Parameter(torch.ones(2))
    slow = {"params": [queries, values], "weight_decay": 0.01}
    fast = {"params": [intercepts, scales], "lr": _LEARNING_RATE * 5, "weight_decay": 0.0}
    optimizer = torch.optim.AdamW([slow, fast], lr=_LEARNING_RATE)
    steps = round(_EPOCHS * len(papers) / _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (steps + 1))
    targets, counts = torch.from_numpy(labels.astype(np.float32)), torch.from_numpy(trust.astype(np.float32))
    units = [torch.from_numpy(_centred(terms, centre)) for terms in papers]
    random = np.random.default_rng(seed)
    queue: list[int] = []
    for _ in range(steps):
        if len(queue) < min(_BATCH, len(papers)):
            queue += random.permutation(len(papers)).tolist()
        batch, queue = queue[:_BATCH], queue[_BATCH:]
        terms, missing = _padded([units[i] for i in batch])
        both = torch.cat([queries * scales[0] * _SHARPNESS, values * scales[1] * _REACH])
        attraction, judgement = (torch.nn.functional.dropout(terms, _DROPOUT) @ both.T).chunk(2, dim=2)
        weights = attraction.masked_fill(missing, float("-inf")).softmax(1)
        logits = (weights * judgement).sum(1) + intercepts
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, targets[batch], counts[batch], reduction="sum"
        )
        optimizer.zero_grad()
        torch.autograd.backward(loss / len(batch))
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return AttentionHead(
            (queries * scales[0] * _SHARPNESS).numpy(),
            (values * scales[1] * _REACH).numpy(),
            intercepts.detach().numpy(),
            np.asarray(centre, dtype=np.float32),
        )


def untaught_attention(descriptions: NDArray[np.float32], centre: NDArray[np.float32]) -> AttentionHead:
    """Return the head that training starts from, for tags' embeddings (tags, dims) and the mean term of papers."""
    import numpy as np

    start = _start(descriptions)
    return AttentionHead(start * _SHARPNESS, start * _REACH, np.zeros(len(start), dtype=np.float32), centre)


def _start(descriptions: NDArray[np.float32]) -> NDArray[np.float32]:
    return _centred(descriptions, descriptions.mean(0))


def _centred(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    moved = vectors - centre
    return np.asarray(moved / (np.linalg.norm(moved, axis=1, keepdims=True) + 1e-6), dtype=np.float32)


def _padded(batch: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return terms of shape (papers, most terms, dims), and where there is none, (papers, most terms, 1)."""
    import torch

    terms = torch.nn.utils.rnn.pad_sequence(list(batch), batch_first=True)
    lengths = torch.tensor([len(units) for units in batch])
    return terms, (torch.arange(terms.shape[1]) >= lengths[:, None])[..., None]
