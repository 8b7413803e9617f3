"""Convolutions that take norm, shortcut and ReLU into themselves where the library can."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..backbone import FrozenBatchNorm


class Folded(nn.Module):
    """A convolution and the frozen norm behind it as one convolution."""

    weight: Tensor
    bias: Tensor

    def __init__(self, conv: nn.Conv2d, norm: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        assert isinstance(norm, FrozenBatchNorm)
        scale, shift = norm.scale_and_shift()
        weight = (conv.weight * scale[:, None, None, None]).to(dtype)
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", shift.to(dtype))
        self._stride = (conv.stride[0], conv.stride[1])
        self._padding = (int(conv.padding[0]), int(conv.padding[1]))
        self._fuses = dtype != torch.float32 and cudnn_fuses(weight.device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, self._stride, self._padding)

    def relu(self, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        """relu(convolution + shortcut)."""
        if self._fuses:
            return _fused_relu(x, self.weight, self.bias, self._stride, self._padding, shortcut)
        y = self(x)
        return F.relu_(y if shortcut is None else y.add_(shortcut))


def _fused_relu(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    stride: tuple[int, int],
    padding: tuple[int, int],
    shortcut: Tensor | None,
) -> Tensor:
    """One cuDNN call in place of up to four passes over memory."""
    if shortcut is None:
        return torch.cudnn_convolution_relu(x, weight, bias, stride, padding, (1, 1), 1)
    return torch.cudnn_convolution_add_relu(
        x, weight, shortcut, 1.0, bias, stride, padding, (1, 1), 1
    )


@cache
def cudnn_fuses(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether this cuDNN can, tried on a small image: not every build and GPU does."""
    if device.type != "cuda" or torch.version.hip is not None:
        return False
    generator = torch.Generator(device).manual_seed(0)
    x, shortcut = (
        torch.randn(1, 64, 9, 11, generator=generator, device=device).to(
            dtype, memory_format=torch.channels_last
        )
        for _ in range(2)
    )
    weight = torch.randn(64, 64, 3, 3, generator=generator, device=device) / 24
    weight = weight.to(dtype, memory_format=torch.channels_last)
    bias = torch.randn(64, generator=generator, device=device).to(dtype)
    expected = F.relu(F.conv2d(x, weight, bias, 1, 1) + shortcut)
    try:
        found = _fused_relu(x, weight, bias, (1, 1), (1, 1), shortcut)
    except RuntimeError:
        return False
    return torch.allclose(found, expected, atol=2e-2, rtol=2e-2)
