"""ResNet-50 with frozen batch normalisation (He et al. 2016, stride in the 3x3; spec section 4)."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_EPS = 1e-5
_BLOCKS = (3, 4, 6, 3)


class FrozenBatchNorm(nn.Module):
    """Batch normalisation whose statistics no longer change: one scale and shift per channel."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        for name in ("weight", "running_var"):
            self.register_buffer(name, torch.ones(channels))
        for name in ("bias", "running_mean"):
            self.register_buffer(name, torch.zeros(channels))

    def scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """(C,) each: the whole layer is x * scale + shift."""
        scale = self.weight * (self.running_var + _EPS).rsqrt()
        return scale, self.bias - self.running_mean * scale

    def forward(self, x: Tensor) -> Tensor:
        scale, shift = self.scale_and_shift()
        return x * scale[:, None, None] + shift[:, None, None]


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions around a shortcut."""

    def __init__(self, channels_in: int, width: int, stride: int) -> None:
        super().__init__()
        channels_out = 4 * width
        self.conv1 = nn.Conv2d(channels_in, width, 1, bias=False)
        self.bn1 = FrozenBatchNorm(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = FrozenBatchNorm(width)
        self.conv3 = nn.Conv2d(width, channels_out, 1, bias=False)
        self.bn3 = FrozenBatchNorm(channels_out)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or channels_in != channels_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride, bias=False),
                FrozenBatchNorm(channels_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet50(nn.Module):
    """Images to feature maps at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = FrozenBatchNorm(64)
        channels = 64
        for i, blocks in enumerate(_BLOCKS):
            width, stride = 64 << i, 1 if i == 0 else 2
            layer = [Bottleneck(channels, width, stride)]
            channels = 4 * width
            layer += [Bottleneck(channels, width, 1) for _ in range(blocks - 1)]
            self.add_module(f"layer{i + 1}", nn.Sequential(*layer))

    def stages(self) -> list[nn.Sequential]:
        """layer1 to layer4."""
        return [
            cast(nn.Sequential, self.get_submodule(f"layer{i + 1}")) for i, _ in enumerate(_BLOCKS)
        ]

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) normalised RGB to c3 (B, 512, ...), c4 (B, 1024, ...), c5 (B, 2048, ...)."""
        x = F.relu(self.bn1(self.conv1(images)))
        x = F.max_pool2d(x, 3, 2, 1)
        maps = []
        for stage in self.stages():
            x = stage(x)
            maps.append(x)
        return maps[1:]
