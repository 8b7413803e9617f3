"""What P-STMO's nets are built of (Shan et al. 2022; spec sections 2 and 3), under a checkpoint's
own names."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEADS = 8
POSED_LAYERS = 3
"""The strided encoder adds a position before as many of its layers."""

_DROPPED = 0.1


class Norm(nn.Module):
    """Layer normalisation by the unbiased deviation, with its epsilon outside of the root."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a_2 = nn.Parameter(torch.ones(channels))
        self.b_2 = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        deviation, mean = torch.std_mean(x, -1, keepdim=True)
        return self.a_2 * (x - mean) / (deviation + 1e-6) + self.b_2


class Attention(nn.Module):
    """Everything in (B, T, C) looks at everything, with eight heads."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(channels, channels) for _ in range(4))
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            linear(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for linear in self.linears[:3]
        )
        share = self.drop((q @ k.mT / q.shape[-1] ** 0.5).softmax(-1))
        return self.linears[3]((share @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two layers on each frame alone."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(channels, hidden), nn.Linear(hidden, channels)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_2(self.drop(F.relu(self.w_1(x))))


class StridedFeedForward(nn.Module):
    """A layer on each frame, then one over three neighbours that keeps every `stride`-th."""

    def __init__(self, channels: int, hidden: int, stride: int) -> None:
        super().__init__()
        self.w_1 = nn.Conv1d(channels, hidden, 1)
        self.w_2 = nn.Conv1d(hidden, channels, 3, stride, padding=1)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_2(self.drop(F.relu(self.w_1(x.mT)))).mT


class _Residual(nn.Module):
    """The norm before a part; its name is a checkpoint's."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = Norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x)


class Layer(nn.Module):
    """Attention, then a feed-forward, each after a norm and beside a shortcut.

    With a stride the shortcut keeps frames 0, s, 2s ...: the last one stands on the first frame
    of a window, not on its middle.
    """

    def __init__(self, channels: int, hidden: int, stride: int | None = None) -> None:
        super().__init__()
        self.self_attn = Attention(channels)
        self.feed_forward: nn.Module = FeedForward(channels, hidden)
        if stride is not None:
            self.feed_forward = StridedFeedForward(channels, hidden, stride)
        self.sublayer = nn.ModuleList(_Residual(channels) for _ in range(2))
        self.stride = stride or 1
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.drop(self.self_attn(self.sublayer[0](x)))
        return x[:, :: self.stride] + self.drop(self.feed_forward(self.sublayer[1](x)))


class Stack(nn.Module):
    """Layers in a row. `norm` is in every checkpoint and never applied."""

    def __init__(self, layers: Sequence[Layer], channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = Norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class TemporalEncoder(nn.Module):
    """Frames that know where in the window they stand, through plain layers."""

    def __init__(self, frames: int, layers: int, channels: int, hidden: int) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.zeros(1, frames, channels))
        self.model = Stack([Layer(channels, hidden) for _ in range(layers)], channels)

    def forward(self, x: Tensor, kept: Tensor | slice = slice(None)) -> Tensor:
        """(B, T, C) to the same of the frames in `kept`; the others are not looked at."""
        return self.model((x + self.pos_embedding)[:, kept])


class StridedStack(Stack):
    """Layers that keep fewer frames each, down to one."""

    def __init__(self, strides: Sequence[int], frames: int, channels: int, hidden: int) -> None:
        super().__init__([Layer(channels, hidden, stride) for stride in strides], channels)
        for number in range(1, POSED_LAYERS + 1):
            embedding = nn.Parameter(torch.zeros(1, frames, channels))
            self.register_parameter(f"pos_embedding_{number}", embedding)

    def forward(self, x: Tensor) -> Tensor:
        for number, layer in enumerate(self.layers, 1):
            if number <= POSED_LAYERS:
                x = x + self.get_parameter(f"pos_embedding_{number}")[:, : x.shape[1]]
            x = layer(x)
        return x


class StridedEncoder(nn.Module):
    """(B, T, C) to (B, 1, C)."""

    def __init__(self, strides: Sequence[int], frames: int, channels: int, hidden: int) -> None:
        super().__init__()
        self.model = StridedStack(strides, frames, channels, hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class _Unit(nn.Module):
    """Two layers on a frame's joints beside a shortcut."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.w1, self.batch_norm1 = nn.Conv1d(hidden, hidden, 1), nn.BatchNorm1d(hidden)
        self.w2, self.batch_norm2 = nn.Conv1d(hidden, hidden, 1), nn.BatchNorm1d(hidden)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Tensor) -> Tensor:
        y = self.drop(F.leaky_relu(self.batch_norm1(self.w1(x)), 0.2))
        return x + self.drop(F.leaky_relu(self.batch_norm2(self.w2(y)), 0.2))


class SpatialBlock(nn.Module):
    """A frame's joints mixed with each other; frames (B, T, J, 2) to features (B, T, C)."""

    def __init__(self, joints: int, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc_1, self.bn_1 = nn.Conv1d(2 * joints, hidden, 1), nn.BatchNorm1d(hidden)
        self.layers = nn.ModuleList([_Unit(hidden)])
        self.fc_2 = nn.Conv1d(hidden, channels, 1)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, keypoints: Tensor) -> Tensor:
        x = keypoints.flatten(2).mT
        x = self.drop(F.leaky_relu(self.bn_1(self.fc_1(x)), 0.2))
        for layer in self.layers:
            x = layer(x)
        return self.fc_2(x).mT


class Head(nn.Sequential):
    """Features (B, T, C) to (B, T, J, D) of each frame."""

    def __init__(self, channels: int, joints: int, size: int) -> None:
        super().__init__(nn.BatchNorm1d(channels), nn.Conv1d(channels, joints * size, 1))
        self._shape = (joints, size)

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.mT).mT.unflatten(-1, self._shape)
