"""Everything that depends on the size of the images and their padding alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..encoder import reference_points
from ..position import image_encoding
from ..pyramid import Pyramid, flatten_levels, level_masks, valid_cells
from ..selection import proposals


@dataclass(frozen=True, slots=True)
class Geometry:
    """Constants of a canvas; of each image where there is padding (B), shared where not (1)."""

    shapes: tuple[tuple[int, int], ...]
    position: Tensor
    """(B or 1, L, 256), level embedding included."""
    reference: Tensor
    """(B or 1, L, levels, 2)."""
    scale: Tensor
    """(B or 1, levels, 4)."""
    padding: Tensor | None
    """(B, L, 1), none where nothing is padded."""
    proposals: Tensor
    """(B or 1, L, 4) logits."""
    invalid: Tensor
    """(B or 1, L, 1)."""

    @classmethod
    def of(
        cls,
        padding: Tensor,
        shapes: Sequence[tuple[int, int]],
        level_embed: Tensor,
        *,
        padded: bool = True,
    ) -> Geometry:
        """What (B, H, W) masks mean for levels of these shapes.

        Args:
            padded: False if no image is, so that one mask stands for all.
        """
        masks = level_masks(padding, shapes)
        encoded = [
            image_encoding(mask, torch.float32) + embed[:, None, None]
            for mask, embed in zip(masks, level_embed, strict=True)
        ]
        position = flatten_levels(encoded)
        pyramid = Pyramid(
            shapes=tuple(shapes),
            tokens=position,
            position=position,
            padding=torch.cat([m.flatten(1) for m in masks], 1),
            valid=valid_cells(masks, torch.float32),
        )
        logits, invalid = proposals(pyramid)
        return cls(
            shapes=pyramid.shapes,
            position=position,
            reference=reference_points(pyramid),
            scale=pyramid.scale,
            padding=pyramid.padding[..., None] if padded else None,
            proposals=logits,
            invalid=invalid[..., None],
        )
