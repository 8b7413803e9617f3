"""VideoPose3D: temporal convolutions from 2D to 3D (Pavllo et al. 2019; spec sections 1, 2).

One set of weights has four forms. Dilated, every output of a clip is computed at once; strided, one
window gives one output and nothing else is computed. Symmetric, an output stands in the middle of
its window; causal, at its end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = {27: (3, 3, 3), 81: (3, 3, 3, 3), 243: (3, 3, 3, 3, 3)}
"""Filter widths of the published nets by their receptive field, in frames."""

CHANNELS = 1024
_DROPPED = 0.25


class TemporalNet(nn.Module):
    """2D to 3D, with the tensors of a checkpoint under their own names.

    Args:
        widths: of the filters, odd; their product is the receptive field in frames.
        joints_out: 17, or 1 for the net that tells where the root goes.
        causal: an output depends on the frames up to its own and on none after it.
        strided: for windows of one receptive field exactly.
    """

    def __init__(
        self,
        widths: Sequence[int] = WIDTHS[243],
        *,
        joints_in: int = 17,
        features_in: int = 2,
        joints_out: int = 17,
        channels: int = CHANNELS,
        causal: bool = False,
        strided: bool = False,
    ) -> None:
        super().__init__()
        self.widths, self.causal, self.strided = tuple(widths), causal, strided
        self.receptive_field = math.prod(widths)
        step = widths[0] if strided else 1
        self.expand_conv = nn.Conv1d(
            joints_in * features_in, channels, widths[0], stride=step, bias=False
        )
        self.expand_bn = nn.BatchNorm1d(channels)
        self.layers_conv, self.layers_bn = nn.ModuleList(), nn.ModuleList()
        for width, dilation in zip(widths[1:], self.dilations[1:], strict=True):
            stride, dilation = (width, 1) if strided else (1, dilation)
            conv = nn.Conv1d(
                channels, channels, width, stride=stride, dilation=dilation, bias=False
            )
            self.layers_conv.append(conv)
            self.layers_conv.append(nn.Conv1d(channels, channels, 1, bias=False))
            self.layers_bn.extend([nn.BatchNorm1d(channels), nn.BatchNorm1d(channels)])
        self.shrink = nn.Conv1d(channels, 3 * joints_out, 1)
        self.drop = nn.Dropout(_DROPPED)

    @property
    def dilations(self) -> tuple[int, ...]:
        """Frames between the taps of each layer's filter."""
        return tuple(math.prod(self.widths[:layer]) for layer in range(len(self.widths)))

    def forward(self, keypoints: Tensor) -> Tensor:
        """
        Args:
            keypoints: (B, T, J, 2), T at least the receptive field R.

        Returns:
            (B, T - R + 1, joints_out, 3) m, camera axes, about the root; strided (B, 1, ...).
        """
        x = keypoints.flatten(2).transpose(1, 2)
        x = self._unit(self.expand_conv, self.expand_bn, x)
        for layer, width in enumerate(self.widths[1:]):
            first, second = 2 * layer, 2 * layer + 1
            y = self._unit(self.layers_conv[first], self.layers_bn[first], x)
            y = self._unit(self.layers_conv[second], self.layers_bn[second], y)
            x = self._kept(x, width, self.dilations[layer + 1], y.shape[-1]) + y
        out = self.shrink(x).transpose(1, 2)
        return out.unflatten(2, (-1, 3))

    def _unit(self, conv: nn.Module, norm: nn.Module, x: Tensor) -> Tensor:
        return self.drop(F.relu(norm(conv(x))))

    def _kept(self, x: Tensor, width: int, dilation: int, length: int) -> Tensor:
        """(B, C, length) the columns of `x` in whose place a filter's outputs stand."""
        tap = width - 1 if self.causal else width // 2
        if self.strided:
            return x[..., tap::width]
        start = tap * dilation
        return x[..., start : start + length]
