"""The encoder while it is trained: a frozen lower part whose output is computed once, and an upper part."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.errors import LearningError
from tagger.learning.encoder import MAX_TOKENS
from tagger.learning.graph import Network, pooled, write_graph
from tagger.learning.plain_setfit import load_setfit
from tagger.learning.text_cache import TextCache, cache_folder
from tagger.learning.weights import OWN, share_weights

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

TRAINED_LAYERS = 2
# To be raised when the frozen layers' output is computed in another way, so that what is in caches isn't used.
_WAY_OF_LOWERING = 1


@dataclass(frozen=True)
class Lowered:
    """A text after the frozen layers: 16-bit hidden states, shape (tokens, dims)."""

    states: torch.Tensor


class Body:
    """A sentence encoder of the BERT kind (``embeddings`` and ``encoder.layer``), mean- or CLS-pooled."""

    def __init__(self, name: str) -> None:
        self.name = name
        sentence_encoder = load_setfit(name, download=True).model_body
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
        """Return texts after the frozen layers, cut at 160 tokens; those read before come from the cache.

        Where a text is read again among others, its states may differ in the last of their 16 bits, as padding rounds
        differently; what is in the cache stays as it was first read.
        """
        import torch

        cache = TextCache(cache_folder("states"), self._lower_hash(), "float16")
        encoded = [self.tokenizer(text, truncation=True, max_length=MAX_TOKENS)["input_ids"] for text in texts]
        known = [cache.get(ids, (len(ids), self.dims)) for ids in encoded]
        lowered = [None if states is None else Lowered(torch.from_numpy(states)) for states in known]
        missing = [i for i, item in enumerate(lowered) if item is None]
        done = len(texts) - len(missing)
        progress("reading papers", done, len(texts))
        for chosen in batches_by_length([len(encoded[i]) for i in missing], 32):
            batch = [missing[i] for i in chosen]
            for i, states in zip(batch, self._run_lower([encoded[i] for i in batch]), strict=True):
                lowered[i] = Lowered(states)
                cache.put(encoded[i], states.numpy())
            done += len(batch)
            progress("reading papers", done, len(texts))
        if missing:
            cache.trim()
        return [item for item in lowered if item is not None]

    def _run_lower(self, encoded: Sequence[list[int]]) -> list[torch.Tensor]:
        """Run the frozen layers over token ids: 16-bit states, (tokens, dims) each."""
        import torch

        width = max(len(ids) for ids in encoded)
        ids = torch.zeros((len(encoded), width), dtype=torch.long)
        mask = torch.zeros((len(encoded), width), dtype=torch.long)
        for row, of_text in enumerate(encoded):
            ids[row, : len(of_text)] = torch.tensor(of_text)
            mask[row, : len(of_text)] = 1
        with torch.no_grad():
            states = self._lower(input_ids=ids, attention_mask=mask).last_hidden_state
        return [states[row, : len(of_text)].to(torch.float16).clone() for row, of_text in enumerate(encoded)]

    def _lower_hash(self) -> bytes:
        """Return SHA-256 of the frozen layers: how they are built, and their weights."""
        hashed = hashlib.sha256(f"{_WAY_OF_LOWERING} {type(self.model)} {self.model.config.to_json_string()}".encode())
        for name, weights in self._lower.state_dict().items():
            hashed.update(name.encode())
            hashed.update(weights.contiguous().numpy())
        return hashed.digest()

    def raise_batch(self, upper: Network, batch: Sequence[Lowered]) -> torch.Tensor:
        """Run an upper part over lowered texts: unit embeddings, shape (texts, dims), with gradients if they are on."""
        import torch

        width = max(len(item.states) for item in batch)
        states = torch.zeros((len(batch), width, self.dims))
        mask = torch.zeros((len(batch), width), dtype=torch.long)
        for row, item in enumerate(batch):
            states[row, : len(item.states)] = item.states.float()
            mask[row, : len(item.states)] = 1
        hidden = upper(inputs_embeds=states, attention_mask=mask).last_hidden_state
        return pooled(hidden, mask, first=self.pools_first)

    def freeze_lower(self, model: Network) -> None:
        """Keep a SetFitModel of the same encoder from training what is frozen here."""
        model.model_body.requires_grad_(False)
        self._trained(model).requires_grad_(True)

    def upper_of(self, model: Network) -> Network:
        """Return an upper part with the top layers of a SetFitModel of the same encoder."""
        upper = copy.deepcopy(self.upper)
        upper.encoder.layer.load_state_dict(self._trained(model).state_dict())
        return upper

    def _trained(self, model: Network) -> Network:
        layers = model.model_body[0].auto_model.encoder.layer
        return layers[len(layers) - len(self.upper.encoder.layer) :]

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
        from safetensors.torch import save

        whole, own = self.whole(upper), self.model.state_dict()
        changed = {n: w.contiguous() for n, w in whole.state_dict().items() if not torch.equal(w, own[n])}
        if changed:
            (folder / OWN).write_bytes(save(changed))
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
