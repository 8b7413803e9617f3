"""AiOS without what its output does not need, in fewer and larger operations (spec section 17)."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from ..decoder import Decoded
from ..model import Aios, with_bodies
from ..precision import exact_convolutions
from ..pyramid import flatten_levels, level_shapes
from .backbone import FoldedResNet50, Projection
from .decoder import FastDecoder
from .encoder import FastEncoder
from .geometry import Geometry
from .selection import FastSelection


class FastAios(nn.Module):
    """The same people as `Aios`, sooner.

    Scores, boxes and the residual streams are float32 always; `dtype` is that of convolutions,
    projections, feed-forward layers and sampled values.
    """

    def __init__(self, plain: Aios, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        device = plain.level_embed.device
        self.dtype = dtype or (torch.float16 if device.type == "cuda" else torch.float32)
        self.backbone = FoldedResNet50(plain.backbone, self.dtype)
        self.input_proj = nn.ModuleList(
            Projection(cast(nn.Sequential, p), self.dtype) for p in plain.input_proj
        )
        self.level_embed = plain.level_embed
        self.encoder = FastEncoder(plain.encoder, self.dtype)
        self.selection = FastSelection(plain.selection)
        self.decoder = FastDecoder(plain.decoder, plain.heads, self.dtype)
        self.heads = plain.heads
        self.body = plain.body

    def forward(
        self, images: Tensor, padding_mask: Tensor, trace: bool = False
    ) -> dict[str, Tensor]:
        """As Aios.forward.

        Raises:
            ValueError: a trace is asked for, or the images are too small.
        """
        if trace:
            raise ValueError("the fast path has no trace: build_aios(..., fast=False) has one")
        unpadded = padding_mask.device.type == "cpu" and not padding_mask.any()
        geometry = self.geometry(
            padding_mask[:1] if unpadded else padding_mask, padded=not unpadded
        )
        decoded = self.decode(images, geometry)
        out = self.heads.final(decoded.content, decoded.boxes)
        out["sel100_tokens"] = decoded.tokens
        return {**out, **with_bodies(out, self.body)}

    def geometry(self, padding: Tensor, *, padded: bool = True) -> Geometry:
        """What depends on the canvas alone.

        Args:
            padding: (B, H, W), True on padding.
            padded: False if there is none, which saves work; one mask then stands for all.
        """
        shapes = level_shapes(padding.shape[1], padding.shape[2])
        return Geometry.of(padding, shapes, self.level_embed, padded=padded)

    def decode(self, images: Tensor, geometry: Geometry) -> Decoded:
        """The decoder's last layer, before any head: 100 people per image.

        Args:
            images: (B, 3, H, W), normalised.
        """
        with exact_convolutions():
            c3, c4, c5 = self.backbone(images)
            maps = [p(c) for p, c in zip(self.input_proj, (c3, c4, c5, c5), strict=True)]
        memory = self.encoder(flatten_levels(maps), geometry)
        return self.decoder(self.selection(memory, geometry), memory, geometry)
