"""The encoder's graph: what it computes, without the weights, as an ONNX file that needs no torch to run."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import torch

# A torch module of whatever architecture was loaded: its attributes can't be typed.
Network: TypeAlias = Any

GRAPH = "encoder.onnx"
# Weights have the names that torch gives them within the model; in the graph they stand under its own.
PREFIX = "model."


def write_graph(model: Network, folder: Path, *, pools_first: bool, weights: Collection[str]) -> list[str]:
    """Write ``encoder.onnx``: from token ids to the unit embedding, without weights.

    Of ``weights``, all names that torch has, those that the graph asks for are returned.
    """
    import onnx
    import torch

    ids = torch.ones((2, 8), dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    path = folder / GRAPH
    with warnings.catch_warnings(), torch.no_grad():
        # The exporter warns of its own successor and of traced shapes; both are meant.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _graph(model.eval(), first=pools_first),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
            opset_version=17,
            dynamo=False,
            do_constant_folding=False,  # it would rename weights; the runtime folds when it has them
        )
    graph = onnx.load(str(path))
    asked = [tensor for tensor in graph.graph.initializer if tensor.name.removeprefix(PREFIX) in weights]
    for tensor in asked:
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        place = tensor.external_data.add()
        place.key, place.value = "location", "weights"
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return [tensor.name.removeprefix(PREFIX) for tensor in asked]


def pooled(hidden: torch.Tensor, mask: torch.Tensor, *, first: bool) -> torch.Tensor:
    """Return unit embeddings, (texts, dims): the mean of hidden states (texts, tokens, dims), or the first."""
    import torch

    if first:
        embedding = hidden[:, 0]
    else:
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        embedding = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
    return torch.nn.functional.normalize(embedding, dim=1)


def _graph(model: Network, *, first: bool) -> Network:
    import torch

    class Graph(torch.nn.Module):
        """From token ids to the unit embedding."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return pooled(hidden, attention_mask, first=first)

    return Graph().eval()
