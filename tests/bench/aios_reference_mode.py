"""AiOS the way the reference does it, from the same modules: what a benchmark compares with.

Two dense masks a forward, written in Python row by row; attention that materialises and averages
its weights; sampling by grid_sample; every head on every layer, the encoder's class head once more
on the 900; a body for all 100 people at four layers; nothing merged or folded, float32.

Left out, which makes this mode the faster one: two sorts that nobody reads, the shapes of levels
read back from the device, projecting joints on the host, three body models that nobody calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.aios import build_aios
from inference.aios.attention import DeformableAttention, SelfAttention
from inference.aios.checkpoint import network_weights
from inference.aios.config import (
    BODY_LAYERS,
    LAYERS,
    LOCATION_LAYERS,
    PERSONS,
    WHOLE_LAYERS,
    WIDTH,
    tokens_of_layer,
)
from inference.aios.decoder import DecoderLayer
from inference.aios.model import Aios
from inference.aios.pyramid import Pyramid
from inference.aios.selection import Selected, rows
from kernels.box_step.reference import moved
from kernels.deform_attn.reference import deform_attn as by_grid_sample
from kernels.query_sine.reference import query_sine

from .aios_dense_attention import Sample, SampledBy, WeighedAttention, forbidden_by_slices
from .aios_every_layer import EveryLayer, bodies


class ReferenceMode(nn.Module):
    """As Aios; its answer has `aux0_...` to `aux4_...` besides."""

    def __init__(
        self, plain: Aios, every_layer: EveryLayer, sample: Sample = by_grid_sample
    ) -> None:
        super().__init__()
        assert plain.body is not None
        self.plain, self.body, self.every_layer = plain, plain.body, every_layer
        for layer in (*plain.encoder.layers, *plain.decoder.layers):
            for name, module in list(layer.named_children()):
                if isinstance(module, DeformableAttention):
                    setattr(layer, name, SampledBy(module, sample))
                if isinstance(module, SelfAttention):
                    setattr(layer, name, WeighedAttention(module))

    def forward(self, images: Tensor, padding_mask: Tensor) -> dict[str, Tensor]:
        """As Aios.forward."""
        plain = self.plain
        pyramid = plain.pyramid(images, padding_mask)
        memory = plain.encoder(pyramid)
        selected = plain.selection(memory, pyramid)
        out = {"interm_pred_logits": plain.selection.enc_out_class_embed(selected.content)}
        run = _Run(plain, memory, pyramid)
        for layer, (content, boxes) in enumerate(run.layers(selected)):
            said = self.every_layer(layer, content, boxes)
            if layer not in LOCATION_LAYERS:
                said |= bodies(layer, said, self.body)
            prefix = "" if layer == LAYERS - 1 else f"aux{layer}_"
            out |= {f"{prefix}{name}": x for name, x in said.items()}
        out["sel100_tokens"] = selected.tokens.gather(1, run.persons)
        out["sel900_tokens"] = selected.tokens
        return out


class _Run:
    """One pass through the decoder."""

    def __init__(self, plain: Aios, memory: Tensor, pyramid: Pyramid) -> None:
        self._heads, self._decoder = plain.heads, plain.decoder
        self._memory, self._pyramid = memory, pyramid
        self.persons = memory.new_zeros((len(memory), PERSONS), dtype=torch.int64)

    def layers(self, selected: Selected) -> list[tuple[Tensor, Tensor]]:
        """Each layer's normalised content and the boxes that went into it."""
        t, boxes, forbidden = selected.content, selected.boxes, None
        seen = []
        for layer in range(LAYERS):
            if layer == BODY_LAYERS[0]:
                t, boxes = self._to_people(t, boxes)
            if layer == WHOLE_LAYERS[0]:
                t, boxes = self._decoder.expansion.to_whole_tokens(t, boxes, self._heads)
            if layer in (BODY_LAYERS[0], WHOLE_LAYERS[0]):
                forbidden = forbidden_by_slices(len(t), tokens_of_layer(layer), t.device)
            t = self._layer(layer, t, boxes, forbidden)
            seen.append((self._decoder.norm(t), boxes))
            boxes = moved(boxes, self._heads.steps(layer, t))
        return seen

    def _to_people(self, t: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
        self.persons = self._heads.class_embed["1"](t).amax(-1).topk(PERSONS).indices
        parents = rows(t, self.persons), rows(boxes, self.persons)
        return self._decoder.expansion.to_body_tokens(*parents, self._heads)

    def _layer(self, layer: int, t: Tensor, boxes: Tensor, forbidden: Tensor | None) -> Tensor:
        flat = t.reshape(len(t), -1, WIDTH)
        reference = boxes.reshape(len(t), -1, 1, 4) * self._pyramid.scale[:, None]
        position = self._decoder.ref_point_head(query_sine(reference[:, :, 0]))
        module = cast(DecoderLayer, self._decoder.layers[layer])
        out = module(flat, position, reference, self._memory, self._pyramid, forbidden)
        return out.view(t.shape)


def build_reference_mode(
    state_dict: Mapping[str, Any],
    body_model: Mapping[str, Any],
    device: str | torch.device = "cpu",
    sample: Sample = by_grid_sample,
) -> ReferenceMode:
    """The network as in `build_aios`; the auxiliary heads' weights must be there.

    Args:
        sample: deformable sampling; the reference has a compiled one on CUDA.
    """
    plain = cast(Aios, build_aios(state_dict, body_model))
    every_layer = EveryLayer(plain.heads, network_weights(state_dict, auxiliary=True))
    mode = ReferenceMode(plain, every_layer, sample)
    return mode.to(device).eval().requires_grad_(False)
