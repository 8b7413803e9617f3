"""AiOS's backbone: ResNet-50 with frozen batch normalisation (specification, section 4)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..resnet import ResNet50

_EPS = 1e-5


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


class FrozenResNet50(ResNet50):
    """Images to feature maps at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__(FrozenBatchNorm)
