"""Fine-tunes an encoder's top layers on labelled papers, as SetFit does (Tunstall et al. 2022), for many tags a paper.

Pairs are drawn within the batch: two papers attract each other by the Jaccard overlap of their tags, averaged over the
dimensions (supervised contrastive loss, Khosla et al. 2020, weighted). Tags take part as texts: each paper is drawn to
the descriptions of its own tags and away from others (binary cross-entropy of the cosine).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.model import Progress

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from tagger.learning.body import Body, Lowered
    from tagger.learning.graph import Network

BATCH = 32
MAX_TOKENS = 160
_TEMPERATURE = 0.1
_LEARNING_RATE = 5e-5


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long to fine-tune: over the papers so many times, in no more seconds than that."""

    epochs: float
    seconds: float
    seed: int


def tune(
    body: Body,
    papers: Sequence[Lowered],
    labels: Sequence[NDArray[np.bool_]],
    anchors: Sequence[NDArray[np.float32]],
    tuning: Tuning,
    progress: Progress,
) -> Network:
    """Return a trained copy of the body's upper part.

    ``labels`` and ``anchors`` are one array a dimension, (papers, tags) and (tags, dims): who carries which tag, and
    the tags' descriptions as the frozen encoder reads them. The learning rate falls to nothing over the steps; the
    clock only ends a run that is slower than planned.
    """
    import numpy as np
    import torch

    torch.manual_seed(tuning.seed)
    upper = copy.deepcopy(body.upper).train()
    for module in upper.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    targets = [torch.from_numpy(y).float() for y in labels]
    tags = [torch.nn.Parameter(torch.from_numpy(a).clone()) for a in anchors]
    scales = torch.nn.Parameter(torch.full((len(tags), 2), 1.0) * torch.tensor([10.0, -5.0]))
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in upper.parameters() if p.requires_grad], "lr": _LEARNING_RATE},
            {"params": [*tags, scales], "lr": _LEARNING_RATE * 20},
        ],
        weight_decay=0.01,
    )
    steps = max(round(tuning.epochs * len(papers) / BATCH), 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 5, 1 - step / (steps + 1)))
    random = np.random.default_rng(tuning.seed)
    queue: list[int] = []
    deadline = time.monotonic() + tuning.seconds
    for step in range(steps):
        if len(queue) < min(BATCH, len(papers)):
            queue += random.permutation(len(papers)).tolist()
        batch, queue = queue[:BATCH], queue[BATCH:]
        embeddings = body.raise_batch(upper, [papers[i] for i in batch], MAX_TOKENS)
        carried = [y[batch] for y in targets]
        loss = _attraction(embeddings, carried) + _likeness(embeddings, carried, tags, scales)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(upper.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        progress("fine-tuning", step + 1, steps)
        if time.monotonic() > deadline:
            break
    return upper.eval()


def _attraction(embeddings: torch.Tensor, carried: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the supervised contrastive loss of a batch, pairs weighted by the overlap of their tags."""
    import torch

    size = len(embeddings)
    weights = torch.zeros((size, size))
    for y in carried:
        shared = y @ y.T
        counts = y.sum(1, keepdim=True)
        weights += shared / (counts + counts.T - shared).clamp(min=1)
    weights.fill_diagonal_(0)
    if size < 2 or not weights.any():
        return embeddings.sum() * 0
    likeness = (embeddings @ embeddings.T / _TEMPERATURE).masked_fill(torch.eye(size, dtype=torch.bool), -1e9)
    log_share = torch.log_softmax(likeness, dim=1)
    return -(weights * log_share).sum(1).div(weights.sum(1).clamp(min=1e-6)).mean()


def _likeness(
    embeddings: torch.Tensor, carried: Sequence[torch.Tensor], tags: Sequence[torch.Tensor], scales: torch.Tensor
) -> torch.Tensor:
    """Return the mean loss of telling a paper's own tags by their descriptions."""
    import torch

    losses = []
    for y, anchors, (scale, shift) in zip(carried, tags, scales, strict=True):
        logits = scale * embeddings @ torch.nn.functional.normalize(anchors, dim=1).T + shift
        losses.append(torch.nn.functional.binary_cross_entropy_with_logits(logits, y) * y.shape[1])
    return torch.stack(losses).mean()
