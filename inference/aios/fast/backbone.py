"""ResNet-50 with its norms folded into the convolutions, channels last, in half precision."""

from __future__ import annotations

import copy
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...resnet import Bottleneck, ResNet50
from .convolution import Folded


class FoldedBottleneck(nn.Module):
    """As Bottleneck."""

    def __init__(self, block: Bottleneck, dtype: torch.dtype) -> None:
        super().__init__()
        self.first = Folded(block.conv1, block.bn1, dtype)
        self.second = Folded(block.conv2, block.bn2, dtype)
        self.third = Folded(block.conv3, block.bn3, dtype)
        self.shortcut = nn.Identity()
        if block.downsample is not None:
            conv, norm = block.downsample
            assert isinstance(conv, nn.Conv2d)
            self.shortcut = Folded(conv, norm, dtype)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second.relu(self.first.relu(x))
        return self.third.relu(y, self.shortcut(x))


class FoldedResNet50(nn.Module):
    """As ResNet50, in one dtype and channels last."""

    def __init__(self, plain: ResNet50, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype
        self.stem = Folded(plain.conv1, plain.bn1, dtype)
        self.stages = nn.ModuleList(
            nn.Sequential(*[FoldedBottleneck(cast(Bottleneck, block), dtype) for block in stage])
            for stage in plain.stages()
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) float32 to c3, c4 and c5 in this backbone's dtype."""
        x = images.to(self._dtype, memory_format=torch.channels_last)
        x = F.max_pool2d(self.stem.relu(x), 3, 2, 1)
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
        assert isinstance(conv, nn.Conv2d)
        self.conv = _cast(conv, dtype)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) of the backbone's dtype to (B, 256, H_l, W_l) float32."""
        return self.norm(self.conv(features).float())


def _cast(conv: nn.Conv2d, dtype: torch.dtype) -> nn.Conv2d:
    """A copy of a convolution in another dtype, channels last."""
    other = copy.deepcopy(conv).to(dtype)
    other.weight.data = other.weight.contiguous(memory_format=torch.channels_last)
    return other
