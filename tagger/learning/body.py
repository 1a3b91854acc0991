"""The encoder while it is trained: a frozen lower part whose output is computed once, and an upper part."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tagger.domain.model import Progress, no_progress
from tagger.errors import LearningError
from tagger.learning.encoder import MAX_TOKENS, find_encoder

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

TRAINED_LAYERS = 2

# A torch module of whatever architecture was loaded: its attributes can't be typed.
Network: TypeAlias = Any


@dataclass(frozen=True)
class Lowered:
    """A text after the frozen layers: 16-bit hidden states, shape (tokens, dims)."""

    states: torch.Tensor


class Body:
    """A sentence encoder of the BERT kind (``embeddings`` and ``encoder.layer``), mean- or CLS-pooled."""

    def __init__(self, name: str) -> None:
        from setfit import SetFitModel
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        logging.getLogger("setfit.modeling").setLevel(logging.ERROR)  # it misses a head that tagger doesn't want
        path = find_encoder(name)
        try:
            loaded = SetFitModel.from_pretrained(path, device="cpu", local_files_only=Path(path).is_dir())
        except (OSError, ValueError, KeyError) as error:
            hint = "Give a folder, a hub id that can be downloaded, or leave `encoder` out of tagger.toml"
            raise LearningError(f"the encoder {name} can't be loaded: {error}", hint) from error
        sentence_encoder = loaded.model_body
        self.tokenizer: Network = sentence_encoder.tokenizer
        self.model: Network = sentence_encoder[0].auto_model.eval()
        self.pools_first = _pools_first_token(sentence_encoder, name)
        if not hasattr(getattr(self.model, "encoder", None), "layer") or not hasattr(self.model, "embeddings"):
            raise LearningError(f"the encoder {name} isn't built like BERT", "Choose a BERT, RoBERTa or MPNet encoder")
        self.dims: int = self.model.config.hidden_size
        layers = self.model.encoder.layer
        split = max(len(layers) - TRAINED_LAYERS, 0)
        self._lower = copy.copy(self.model)
        self._lower._modules = dict(self.model._modules)
        self._lower._modules["encoder"] = _with_layers(self.model.encoder, layers[:split])
        self.upper: Network = copy.deepcopy(self.model)
        self.upper._modules["embeddings"] = _pass_through()
        self.upper.encoder.layer = self.upper.encoder.layer[split:]
        for parameter in self.upper.parameters():
            parameter.requires_grad = True

    def lower(self, texts: Sequence[str], progress: Progress = no_progress) -> list[Lowered]:
        """Run the frozen layers over texts, cut at 256 tokens."""
        import torch

        encoded = [self.tokenizer(text, truncation=True, max_length=MAX_TOKENS)["input_ids"] for text in texts]
        lowered: list[Lowered | None] = [None] * len(texts)
        done = 0
        for batch in batches_by_length([len(ids) for ids in encoded], 32):
            width = max(len(encoded[i]) for i in batch)
            ids = torch.zeros((len(batch), width), dtype=torch.long)
            mask = torch.zeros((len(batch), width), dtype=torch.long)
            for row, i in enumerate(batch):
                ids[row, : len(encoded[i])] = torch.tensor(encoded[i])
                mask[row, : len(encoded[i])] = 1
            with torch.no_grad():
                states = self._lower(input_ids=ids, attention_mask=mask).last_hidden_state
            for row, i in enumerate(batch):
                lowered[i] = Lowered(states[row, : len(encoded[i])].to(torch.float16).clone())
            done += len(batch)
            progress("reading papers", done, len(texts))
        return [item for item in lowered if item is not None]

    def raise_batch(self, upper: Network, batch: Sequence[Lowered], max_tokens: int = MAX_TOKENS) -> torch.Tensor:
        """Run an upper part over lowered texts: unit embeddings, shape (texts, dims), with gradients if they are on."""
        import torch

        width = min(max(len(item.states) for item in batch), max_tokens)
        states = torch.zeros((len(batch), width, self.dims))
        mask = torch.zeros((len(batch), width), dtype=torch.long)
        for row, item in enumerate(batch):
            length = min(len(item.states), width)
            states[row, :length] = item.states[:length].float()
            mask[row, :length] = 1
        hidden = upper(inputs_embeds=states, attention_mask=mask).last_hidden_state
        return _pooled(hidden, mask, first=self.pools_first)

    def embed(self, upper: Network, lowered: Sequence[Lowered]) -> NDArray[np.float32]:
        """Return unit embeddings of lowered texts, shape (texts, dims)."""
        import numpy as np
        import torch

        embeddings = np.zeros((len(lowered), self.dims), dtype=np.float32)
        upper.eval()
        with torch.no_grad():
            for batch in batches_by_length([len(item.states) for item in lowered], 32):
                embeddings[batch] = self.raise_batch(upper, [lowered[i] for i in batch]).numpy()
        return embeddings

    def export(self, upper: Network, folder: Path) -> None:
        """Write ``encoder.onnx``, the whole encoder with pooling, and ``tokenizer.json``."""
        import torch

        whole = copy.copy(self.model)
        whole._modules = dict(self.model._modules)
        layers = [*self.model.encoder.layer[: len(self.model.encoder.layer) - len(upper.encoder.layer)]]
        whole._modules["encoder"] = _with_layers(
            self.model.encoder, torch.nn.ModuleList([*layers, *upper.encoder.layer])
        )
        graph = _graph(whole.eval(), first=self.pools_first)
        ids = torch.ones((2, 8), dtype=torch.long)
        axes = {0: "texts", 1: "tokens"}
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter(
                "ignore"
            )  # the exporter warns of its own successor and of traced shapes; both are meant
            torch.onnx.export(
                graph,
                (ids, torch.ones_like(ids)),
                str(folder / "encoder.onnx"),
                input_names=["input_ids", "attention_mask"],
                output_names=["embedding"],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
        self.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))


def batches_by_length(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Yield batches of indexes, longest first, so that little is padded and memory peaks at the start."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _pools_first_token(sentence_encoder: Network, name: str) -> bool:
    modes = [module.pooling_mode for module in sentence_encoder if hasattr(module, "pooling_mode")]
    modes = [mode for listed in modes for mode in (listed if isinstance(listed, (list, tuple)) else [listed])]
    if modes not in (["mean"], ["cls"]):
        raise LearningError(f"the encoder {name} pools its tokens in a way tagger doesn't know: {modes}")
    return modes == ["cls"]


def _with_layers(encoder: Network, layers: Network) -> Network:
    changed = copy.copy(encoder)
    changed._modules = dict(encoder._modules)
    changed._modules["layer"] = layers
    return changed


def _pass_through() -> Network:
    import torch

    class PassThrough(torch.nn.Module):
        """Stands where embeddings are looked up, for states that come from the frozen layers."""

        def forward(self, inputs_embeds: torch.Tensor, **_: object) -> torch.Tensor:
            return inputs_embeds

    return PassThrough()


def _graph(model: Network, *, first: bool) -> Network:
    import torch

    class Graph(torch.nn.Module):
        """From token ids to the unit embedding."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return _pooled(hidden, attention_mask, first=first)

    return Graph().eval()


def _pooled(hidden: torch.Tensor, mask: torch.Tensor, *, first: bool) -> torch.Tensor:
    import torch

    if first:
        pooled = hidden[:, 0]
    else:
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
    return torch.nn.functional.normalize(pooled, dim=1)
