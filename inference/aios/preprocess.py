"""From a camera's image to the network's: size, exact affine warp, normalisation, padding."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from livemocap.messages import Float32
from livemocap.rotation import Array

from ..errors import InferenceError
from .config import QUERIES
from .pyramid import level_shapes

MEAN = (123.675, 116.28, 103.53)
"""Grey levels of red, green, blue."""
STD = (58.395, 57.12, 57.375)

_NORMALISE = np.array(
    # red, green, blue from blue, green, red, 1
    [
        [0, 0, 1 / STD[0], -MEAN[0] / STD[0]],
        [0, 1 / STD[1], 0, -MEAN[1] / STD[1]],
        [1 / STD[2], 0, 0, -MEAN[2] / STD[2]],
    ]
)

_SHORT_PX, _LONG_PX = 800, 1333


class PreprocessError(InferenceError):
    """An image of a shape that the network cannot look at."""


def network_size(h: int, w: int) -> tuple[int, int]:
    """(oh, ow) an image is resized to: short side 800, long side about 1333 at most.

    Raises:
        PreprocessError: it is empty, or so thin that nothing of it would be left.
    """
    short, long = sorted((h, w))
    if short < 1:
        raise PreprocessError(f"image of {w} x {h} pixels, expected at least 1 x 1.")
    size = _SHORT_PX
    if long / short * size > _LONG_PX:
        size = round(_LONG_PX * short / long)
    if short == size:
        return _with_enough_tokens(h, w, (h, w))
    other = size if h == w else int(size * long / short)
    return _with_enough_tokens(h, w, (size, other) if h <= w else (other, size))


def _with_enough_tokens(h: int, w: int, resized: tuple[int, int]) -> tuple[int, int]:
    if token_count(*resized) < QUERIES:
        raise PreprocessError(
            f"image of {w} x {h} pixels is too thin: the network would see {resized[1]} x "
            f"{resized[0]}. Expected sides that differ by a factor of 40 at most."
        )
    return resized


def token_count(oh: int, ow: int) -> int:
    """How many places the four feature levels of a resized image have."""
    return sum(h * w for h, w in level_shapes(oh, ow))


def network_image(bgr: Array) -> Float32:
    """(h, w, 3) uint8 to (3, oh, ow) normalised RGB.

    Raises:
        PreprocessError: as network_size.
    """
    oh, ow = network_size(*bgr.shape[:2])
    rgb = np.empty((3, oh, ow), np.float32)
    cv2.split(cv2.transform(_warp(bgr, oh, ow), _NORMALISE), list(rgb))
    return rgb


def _warp(bgr: Array, oh: int, ow: int) -> Float32:
    """Bilinear, pixel index 0 to pixel index 0; what lies past the last index counts as black."""
    h, w = bgr.shape[:2]
    levels = bgr.astype(np.float32)
    if (h, w) == (oh, ow):
        return levels
    scale = np.array([[ow / w, 0, 0], [0, oh / h, 0]])
    return np.asarray(cv2.warpAffine(levels, scale, (ow, oh), flags=cv2.INTER_LINEAR), np.float32)


def batch(images: Sequence[Tensor | Float32]) -> tuple[Tensor, Tensor]:
    """Pad at the bottom and right to the largest image.

    Returns:
        (B, 3, H, W) float32, zero where padded; (B, H, W) bool, True where padded.
    """
    sizes = [image.shape[-2:] for image in images]
    H, W = max(h for h, _ in sizes), max(w for _, w in sizes)
    stacked = torch.zeros(len(images), 3, H, W)
    padding = torch.ones(len(images), H, W, dtype=torch.bool)
    for b, (image, (h, w)) in enumerate(zip(images, sizes, strict=True)):
        stacked[b, :, :h, :w] = torch.as_tensor(image)
        padding[b, :h, :w] = False
    return stacked, padding
