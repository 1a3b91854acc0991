"""The encoder while it is trained: a frozen lower part whose output is computed once, and an upper part."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.errors import LearningError
from tagger.learning.encoder import MAX_TOKENS, find_encoder
from tagger.learning.graph import Network, pooled, write_graph
from tagger.learning.weights import OWN, share_weights

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

TRAINED_LAYERS = 2


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
        self.name = name
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
        # What the frozen layers use as well, as MPNet's relative positions, stays as it is.
        self.upper.requires_grad_(False)
        self.upper.encoder.layer.requires_grad_(True)

    def lower(self, texts: Sequence[str], progress: Progress = no_progress) -> list[Lowered]:
        """Run the frozen layers over texts, cut at 160 tokens."""
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
        return pooled(hidden, mask, first=self.pools_first)

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

    def whole(self, upper: Network) -> Network:
        """Return the encoder with an upper part in the place of its top layers."""
        whole = copy.copy(self.model)
        whole._modules = dict(self.model._modules)
        lower = self.model.encoder.layer[: len(self.model.encoder.layer) - len(upper.encoder.layer)]
        whole._modules["encoder"] = _with_layers(
            self.model.encoder, type(self.model.encoder.layer)([*lower, *upper.encoder.layer])
        )
        return whole.eval()

    def export(self, upper: Network, folder: Path, models: Path) -> None:
        """Write the graph, the tokenizer and the weights that training changed; the others are shared in ``models``."""
        import torch
        from safetensors.torch import save_file

        whole, own = self.whole(upper), self.model.state_dict()
        changed = {n: w.contiguous() for n, w in whole.state_dict().items() if not torch.equal(w, own[n])}
        if changed:
            save_file(changed, folder / OWN)
        asked = write_graph(whole, folder, pools_first=self.pools_first, weights=own.keys())
        share_weights({name: own[name] for name in asked}, self.name, folder, models)
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
