"""ResNet-50 with its norms folded into the convolutions, channels last, in half precision."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..backbone import Bottleneck, FrozenBatchNorm, ResNet50


class Folded(nn.Module):
    """A convolution and the frozen norm behind it as one convolution."""

    weight: Tensor
    bias: Tensor

    def __init__(self, conv: nn.Conv2d, norm: FrozenBatchNorm, dtype: torch.dtype) -> None:
        super().__init__()
        scale, shift = norm.scale_and_shift()
        weight = (conv.weight * scale[:, None, None, None]).to(dtype)
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", shift.to(dtype))
        self._stride, self._padding = conv.stride, conv.padding

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, self._stride, self._padding)


class FoldedBottleneck(nn.Module):
    """As Bottleneck."""

    def __init__(self, block: Bottleneck, dtype: torch.dtype) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            Folded(block.get_submodule(f"conv{i}"), block.get_submodule(f"bn{i}"), dtype)
            for i in (1, 2, 3)
        )
        shortcut = block.downsample
        self.shortcut = nn.Identity() if shortcut is None else Folded(*shortcut, dtype)

    def forward(self, x: Tensor) -> Tensor:
        first, second, third = self.convs
        y = F.relu_(second(F.relu_(first(x))))
        return F.relu_(third(y).add_(self.shortcut(x)))


class FoldedResNet50(nn.Module):
    """As ResNet50, in one dtype and channels last."""

    def __init__(self, plain: ResNet50, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype
        self.stem = Folded(plain.conv1, plain.bn1, dtype)
        self.stages = nn.ModuleList(
            nn.Sequential(*[FoldedBottleneck(block, dtype) for block in stage])
            for stage in plain.stages()
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) float32 to c3, c4 and c5 in this backbone's dtype."""
        x = images.to(self._dtype, memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu_(self.stem(x)), 3, 2, 1)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps[1:]


class Projection(nn.Module):
    """One level's convolution and its group norm; the statistics in float32."""

    def __init__(self, plain: nn.Sequential, dtype: torch.dtype) -> None:
        super().__init__()
        conv, self.norm = plain
        self.conv = _cast(conv, dtype)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) of the backbone's dtype to (B, 256, H_l, W_l) float32."""
        return self.norm(self.conv(features).float())


def _cast(conv: nn.Conv2d, dtype: torch.dtype) -> nn.Conv2d:
    """A copy of a convolution in another dtype, channels last."""
    return copy.deepcopy(conv).to(dtype=dtype, memory_format=torch.channels_last)
