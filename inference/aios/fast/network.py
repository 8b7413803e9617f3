"""AiOS without what its output does not need, in fewer and larger operations (spec section 17)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..decoder import Decoded
from ..model import Aios, with_bodies
from ..precision import exact_convolutions
from ..pyramid import flatten_levels
from .backbone import FoldedResNet50, Projection
from .decoder import FastDecoder
from .encoder import FastEncoder
from .geometry import Geometry
from .selection import FastSelection

_CACHED_CANVASES = 8


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
        self.input_proj = nn.ModuleList(Projection(p, self.dtype) for p in plain.input_proj)
        self.level_embed = plain.level_embed
        self.encoder = FastEncoder(plain.encoder, self.dtype)
        self.selection = FastSelection(plain.selection)
        self.decoder = FastDecoder(plain.decoder, plain.heads, self.dtype)
        self.heads = plain.heads
        self.body = plain.body
        self._canvases: dict[tuple[int, int], Geometry] = {}

    def forward(
        self, images: Tensor, padding_mask: Tensor, trace: bool = False
    ) -> dict[str, Tensor]:
        """As Aios.forward.

        Raises:
            ValueError: a trace is asked for, or the images are too small.
        """
        if trace:
            raise ValueError("the fast path has no trace: build_aios(..., fast=False) has one")
        padded = padding_mask.is_cuda or padding_mask.is_meta or bool(padding_mask.any())
        decoded = self.decode(images, padding_mask if padded else None)
        out = self.heads.final(decoded.content, decoded.boxes)
        out["sel100_tokens"] = decoded.tokens
        return {**out, **with_bodies(out, self.body)}

    def decode(self, images: Tensor, padding: Tensor | None) -> Decoded:
        """The decoder's last layer, before any head: 100 people per image.

        Args:
            images: (B, 3, H, W) float32.
            padding: (B, H, W), True on padding; none where no image has any, which is faster.
        """
        maps = self._levels(images)
        shapes = tuple((m.shape[2], m.shape[3]) for m in maps)
        geometry = self._geometry(images, padding, shapes)
        memory = self.encoder(flatten_levels(maps), geometry)
        return self.decoder(self.selection(memory, geometry), memory, geometry)

    def _levels(self, images: Tensor) -> list[Tensor]:
        """Four feature maps, (B, 256, H_l, W_l) float32."""
        with exact_convolutions():
            c3, c4, c5 = self.backbone(images)
            return [p(c) for p, c in zip(self.input_proj, (c3, c4, c5, c5), strict=True)]

    def _geometry(
        self, images: Tensor, padding: Tensor | None, shapes: tuple[tuple[int, int], ...]
    ) -> Geometry:
        """Kept for canvases without padding, as those of one camera are all alike."""
        if padding is not None:
            return Geometry.of(padding, shapes, self.level_embed)
        canvas = (images.shape[2], images.shape[3])
        if canvas not in self._canvases:
            while len(self._canvases) >= _CACHED_CANVASES:
                self._canvases.pop(next(iter(self._canvases)))
            nothing = images.new_zeros((1, *canvas), dtype=torch.bool)
            self._canvases[canvas] = Geometry.of(nothing, shapes, self.level_embed, padded=False)
        return self._canvases[canvas]
