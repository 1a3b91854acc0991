"""Fine-tunes an encoder's top layers on labelled papers, as SetFit does (Tunstall et al. 2022), for many tags a paper.

Pairs are drawn within the batch: two papers attract each other by the Jaccard overlap of their tags, averaged over the
dimensions (supervised contrastive loss, Khosla et al. 2020, weighted). Tags take part as texts: each paper is drawn to
the descriptions of its own tags and away from others (binary cross-entropy of the cosine).
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tagger.domain.model import Progress

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from tagger.learning.body import Body, Lowered
    from tagger.learning.graph import Network

BATCH = 32
# The loss on held-out papers is looked at so often, and so many times without a better one end the run.
CHECK_STEPS = 3
PATIENCE = 3
_TEMPERATURE = 0.1
_LEARNING_RATE = 5e-5


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long to fine-tune: over the papers so many times, in no more seconds and no more steps than that."""

    epochs: float
    seconds: float
    seed: int
    most_steps: int | None = None


@dataclass(frozen=True)
class Tuned:
    """A trained upper part, and after how many steps it stopped."""

    upper: Network
    steps: int


def tune(
    body: Body,
    papers: Sequence[Lowered],
    labels: Sequence[NDArray[np.bool_]],
    anchors: Sequence[NDArray[np.float32]],
    held_out: NDArray[np.bool_],
    tuning: Tuning,
    progress: Progress,
) -> Tuned:
    """Return a trained copy of the body's upper part.

    ``labels`` and ``anchors`` are one array a dimension, (papers, tags) and (tags, dims): who carries which tag, and
    the tags' descriptions as the frozen encoder reads them. The learning rate falls to nothing over the steps that
    ``epochs`` asks for. If some papers are held out, (papers,), nothing is learnt from them: what is returned is the
    part whose loss on them was least, and the run ends when it has stopped falling. The clock ends a run that is slower
    than planned; ``most_steps``, set to the steps such a run took, gives the same on any machine.
    """
    import numpy as np
    import torch

    torch.manual_seed(tuning.seed)
    trainee = _Trainee(body, papers, labels, anchors)
    known, apart = np.flatnonzero(~held_out), np.flatnonzero(held_out).tolist()
    planned = max(round(tuning.epochs * len(known) / BATCH), 1)
    optimizer, schedule = trainee.optimizer(planned)
    random = np.random.default_rng(tuning.seed)
    queue: list[int] = []
    best = _Best(trainee, apart)
    deadline = time.monotonic() + tuning.seconds
    steps = planned if tuning.most_steps is None else min(planned, tuning.most_steps)
    step = 0
    while step < steps:
        if len(queue) < min(BATCH, len(known)):
            queue += random.permutation(known).tolist()
        batch, queue = queue[:BATCH], queue[BATCH:]
        optimizer.zero_grad()
        torch.autograd.backward(trainee.loss(batch))
        torch.nn.utils.clip_grad_norm_(trainee.upper.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        step += 1
        progress("fine-tuning", step, steps)
        last = step == steps or time.monotonic() > deadline
        if (step % CHECK_STEPS == 0 or last) and (not best.improves() or last):
            break
    best.restore()
    return Tuned(trainee.upper.eval(), step)


class _Trainee:
    """An upper part that is trained, with what is trained beside it: the tags' anchors, and how likeness counts."""

    def __init__(
        self,
        body: Body,
        papers: Sequence[Lowered],
        labels: Sequence[NDArray[np.bool_]],
        anchors: Sequence[NDArray[np.float32]],
    ) -> None:
        import torch

        self.upper = copy.deepcopy(body.upper).train()
        for module in self.upper.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self._body, self._papers = body, papers
        self._labels = [torch.from_numpy(y).float() for y in labels]
        self._tags = [torch.nn.Parameter(torch.from_numpy(a).clone()) for a in anchors]
        self._scales = torch.nn.Parameter(torch.full((len(anchors), 2), 1.0) * torch.tensor([10.0, -5.0]))

    def optimizer(self, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
        """Return the optimizer, and a learning rate that rises over five steps and falls to nothing over the rest."""
        import torch

        groups = [
            {"params": [p for p in self.upper.parameters() if p.requires_grad], "lr": _LEARNING_RATE},
            {"params": [*self._tags, self._scales], "lr": _LEARNING_RATE * 20},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 5, 1 - step / (steps + 1)))
        return optimizer, rate

    def loss(self, batch: list[int]) -> torch.Tensor:
        """Return the loss on some of the papers."""
        embeddings = self._body.raise_batch(self.upper, [self._papers[i] for i in batch])
        carried = [y[batch] for y in self._labels]
        return _attraction(embeddings, carried) + _likeness(embeddings, carried, self._tags, self._scales)


class _Best:
    """The upper part with the least loss on held-out papers so far; without any, the last is the best."""

    def __init__(self, trainee: _Trainee, held_out: list[int]) -> None:
        self._trainee, self._held_out = trainee, held_out
        self._least, self._worse = math.inf, 0
        self._state: dict[str, Any] = {}
        self.improves()

    def improves(self) -> bool:
        """Look at the loss, and tell whether it is worth going on."""
        import torch

        if not self._held_out:
            return True
        with torch.no_grad():
            loss = float(self._trainee.loss(self._held_out))
        if loss < self._least:
            self._least, self._worse = loss, 0
            self._state = copy.deepcopy(self._trainee.upper.state_dict())
        else:
            self._worse += 1
        return self._worse < PATIENCE

    def restore(self) -> None:
        """Give the upper part the weights it had when the loss was least."""
        if self._held_out:
            self._trainee.upper.load_state_dict(self._state)


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
