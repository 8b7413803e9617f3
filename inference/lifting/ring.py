"""Causal VideoPose3D one frame at a time: what a window has computed before is kept, not redone.

Each layer keeps the columns of activations that its filter will look back at. So a new frame costs
every weight once, whatever the receptive field (spec section 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .videopose3d import TemporalNet


class _Filter:
    """A convolution over time with its normalisation folded in, and the columns behind it."""

    def __init__(self, weight: Tensor, bias: Tensor, dilation: int) -> None:
        """`weight` (out, in, taps), oldest tap first."""
        self._taps = [tap.contiguous() for tap in weight.unbind(-1)]
        self._bias, self._dilation = bias, dilation
        self._length = (len(self._taps) - 1) * dilation + 1
        self._columns = weight.new_zeros(self._length, 0, weight.shape[1])

    def make_room(self, people: int) -> None:
        """For as many people; what is kept of those before stays."""
        more = people - self._columns.shape[1]
        room = self._columns.new_zeros(self._length, more, self._columns.shape[2])
        self._columns = torch.cat([self._columns, room], 1)

    def __call__(self, x: Tensor, frame: int, slots: Tensor, fresh: Tensor) -> Tensor:
        """(P, in) to (P, out) before the ReLU; whoever is `fresh` has always been like this."""
        if len(fresh):
            self._columns[:, slots[fresh]] = x[fresh]
        self._columns[frame % self._length, slots] = x
        out = F.linear(x, self._taps[-1], self._bias)
        for back, tap in enumerate(reversed(self._taps[:-1]), 1):
            column = self._columns[(frame - back * self._dilation) % self._length]
            out += F.linear(column[slots], tap)
        return out


class Ring:
    """Several people at once, each frame as it comes; equals `net` on all frames so far with the
    first one repeated before it."""

    def __init__(self, net: TemporalNet) -> None:
        if not net.causal or net.training:
            raise ValueError("only a causal net in eval mode can run frame by frame.")
        self._expand = _Filter(*folded(net.expand_conv, net.expand_bn), 1)
        self._layers = []
        for layer, dilation in enumerate(net.dilations[1:]):
            first, second = 2 * layer, 2 * layer + 1
            conv, norm = net.layers_conv, net.layers_bn
            spread = _Filter(*folded(conv[first], norm[first]), dilation)
            weight, bias = folded(conv[second], norm[second])
            self._layers.append((spread, weight[..., 0].contiguous(), bias))
        self._shrink = net.shrink.weight.detach()[..., 0].contiguous(), net.shrink.bias
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._room = self._frame = 0

    def forget(self, key: int) -> None:
        """Whoever this was begins anew when seen again."""
        if key in self._slots:
            self._free.append(self._slots.pop(key))

    def reset(self) -> None:
        """Forget everybody."""
        for key in list(self._slots):
            self.forget(key)

    @torch.inference_mode()
    def push(self, keys: Sequence[int], keypoints: Tensor, *, keep: bool = True) -> Tensor:
        """The next frame of everybody.

        Args:
            keys: (P,) who this is. Whoever was here before and is not any more is forgotten.
            keypoints: (P, J, 2).
            keep: False for a look: the next frame takes this one's place.

        Returns:
            (P, J, 3) m.
        """
        for gone in self._slots.keys() - set(keys):
            self.forget(gone)
        unknown = [i for i, key in enumerate(keys) if key not in self._slots]
        fresh = torch.tensor(unknown, dtype=torch.long)
        slots = torch.tensor([self._slot(key) for key in keys], dtype=torch.long)
        x = self._expand(keypoints.flatten(1), self._frame, slots, fresh).relu_()
        for spread, weight, bias in self._layers:
            y = spread(x, self._frame, slots, fresh).relu_()
            x = x + F.linear(y, weight, bias).relu_()
        if keep:
            self._frame += 1
        else:
            for place in unknown:
                self.forget(keys[place])
        return F.linear(x, *self._shrink).unflatten(1, (-1, 3))

    def _slot(self, key: int) -> int:
        if key not in self._slots:
            if not self._free:
                self._grow()
            self._slots[key] = self._free.pop()
        return self._slots[key]

    def _grow(self) -> None:
        """Twice the room."""
        room = max(2 * self._room, 1)
        for kept in (self._expand, *(spread for spread, _, _ in self._layers)):
            kept.make_room(room)
        self._free += range(room - 1, self._room - 1, -1)
        self._room = room


def folded(conv: torch.nn.Module, norm: torch.nn.Module) -> tuple[Tensor, Tensor]:
    """Weight (out, in, taps) and bias (out,) of a convolution and the normalisation after it."""
    assert isinstance(conv, torch.nn.Conv1d)
    assert isinstance(norm, torch.nn.BatchNorm1d)
    mean, var = norm.running_mean, norm.running_var
    assert mean is not None
    assert var is not None
    scale = norm.weight.detach().double() * (var.double() + norm.eps).rsqrt()
    weight, shift = conv.weight.detach() * scale[:, None, None], norm.bias.detach() - mean * scale
    return weight.to(conv.weight.dtype), shift.to(conv.weight.dtype)
