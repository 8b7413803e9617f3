"""Resampling and normalisation of an image, the plain version."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad


def warp_normalize(bgr: Tensor, out: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Resample an image to the size of `out` and normalise it, (x - mean) / std in RGB order.

    Pixel index 0 stays pixel index 0 (no half-pixel shift), samples are bilinear without
    antialiasing, and outside the image it is black: enlarged images end in a dark edge.

    Args:
        bgr: (H, W, 3) uint8.
        out: (3, oh, ow), any strides and float dtype; written.
        mean, std: of R, G and B, on the scale 0..255.
    """
    (_, oh, ow), (h, w, _) = out.shape, bgr.shape
    dtype = torch.promote_types(out.dtype, torch.float32)
    y, down = source_pixels(h, oh, bgr.device, dtype)
    x, right = source_pixels(w, ow, bgr.device, dtype)
    image = pad(bgr, (0, 0, 0, 1, 0, 1))
    lines = torch.lerp(image[y].to(dtype), image[y + 1].to(dtype), down[:, None, None])
    warped = torch.lerp(lines[:, x], lines[:, x + 1], right[:, None])
    for channel, plane in enumerate(out):
        plane.copy_((warped[..., 2 - channel] - mean[channel]) / std[channel])
    return out


def source_pixels(
    size: int, out_size: int, device: torch.device, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """For each output index the source index below it, and the fraction of a pixel from there."""
    scaled = torch.arange(out_size, device=device) * size
    return scaled // out_size, (scaled % out_size).to(dtype) / out_size
