"""ResNet-50 (He et al. 2016) with its stride in the 3x3 convolutions, and any normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

_BLOCKS = (3, 4, 6, 3)

Normalisation = Callable[[int], nn.Module]
"""From a number of channels."""


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions around a shortcut."""

    def __init__(
        self, channels_in: int, width: int, stride: int, normalisation: Normalisation
    ) -> None:
        super().__init__()
        channels_out = 4 * width
        self.conv1 = nn.Conv2d(channels_in, width, 1, bias=False)
        self.bn1 = normalisation(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = normalisation(width)
        self.conv3 = nn.Conv2d(width, channels_out, 1, bias=False)
        self.bn3 = normalisation(channels_out)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or channels_in != channels_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride, bias=False),
                normalisation(channels_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet50(nn.Module):
    """Images to feature maps at strides 4, 8, 16 and 32."""

    def __init__(self, normalisation: Normalisation) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = normalisation(64)
        channels = 64
        for i, blocks in enumerate(_BLOCKS):
            width, stride = 64 << i, 1 if i == 0 else 2
            layer = [Bottleneck(channels, width, stride, normalisation)]
            channels = 4 * width
            layer += [Bottleneck(channels, width, 1, normalisation) for _ in range(blocks - 1)]
            self.add_module(f"layer{i + 1}", nn.Sequential(*layer))

    def stages(self) -> list[nn.Sequential]:
        """layer1 to layer4."""
        return [
            cast(nn.Sequential, self.get_submodule(f"layer{i + 1}")) for i, _ in enumerate(_BLOCKS)
        ]

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) normalised RGB to c3 (B, 512, ...), c4 (B, 1024, ...), c5 (B, 2048, ...)."""
        return self.maps(images)[2:]

    def maps(self, images: Tensor) -> list[Tensor]:
        """The first convolution's output, then those of the four stages."""
        stem = self.conv1(images)
        x = F.max_pool2d(F.relu(self.bn1(stem)), 3, 2, 1)
        found = [stem]
        for stage in self.stages():
            x = stage(x)
            found.append(x)
        return found
