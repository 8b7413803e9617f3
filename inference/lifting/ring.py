"""Causal VideoPose3D one frame at a time: what a window has computed before is kept, not redone.

Each layer keeps the columns of activations that its filter will look back at. So a new frame costs
every weight once, whatever the receptive field (spec section 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from livemocap.rotation import Array

from .videopose3d import TemporalNet


class _Filter:
    """A convolution over time with its normalisation folded in and a ReLU after it, and the columns
    behind it. All taps are one matrix, so that a frame costs one product."""

    def __init__(self, weight: Tensor, bias: Tensor, dilation: int) -> None:
        """`weight` (out, in, taps), oldest tap first."""
        width, taps = weight.shape[1:]
        self._weight, self._bias = _matrix(weight), bias.numpy()
        self._back = np.arange(taps - 1, -1, -1) * dilation
        self._length = int(self._back[0]) + 1
        self._columns = np.zeros((0, self._length, width), self._weight.dtype)

    def make_room(self, people: int) -> None:
        """For as many people; what is kept of those before stays."""
        kept, *shape = self._columns.shape
        room = np.zeros((people - kept, *shape), self._columns.dtype)
        self._columns = np.concatenate([self._columns, room])

    def __call__(self, x: Array, frame: int, slots: Array, fresh: Sequence[int]) -> Array:
        """(P, in) to (P, out); whoever is `fresh` has always been like this."""
        if fresh:
            self._columns[slots[fresh]] = x[fresh, None]
        self._columns[slots, frame % self._length] = x
        seen = self._columns[slots[:, None], (frame - self._back) % self._length]
        out = seen.reshape(len(x), -1) @ self._weight
        out += self._bias
        return np.maximum(out, 0, out=out)


class _Mix:
    """A layer on each frame alone."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._weight, self._bias = _matrix(weight), bias.numpy()

    def __call__(self, x: Array) -> Array:
        out = x @ self._weight
        out += self._bias
        return out


class Ring:
    """Several people at once, each frame as it comes; equals `net` on all frames so far with the
    first one repeated before it. On the CPU, where NumPy's products of a few rows with weights that
    lie as they are read take less time than torch's."""

    def __init__(self, net: TemporalNet) -> None:
        if not net.causal or net.training:
            raise ValueError("only a causal net in eval mode can run frame by frame.")
        self._expand = _Filter(*folded(net.expand_conv, net.expand_bn), 1)
        self._layers: list[tuple[_Filter, _Mix]] = []
        for layer, dilation in enumerate(net.dilations[1:]):
            first, second = 2 * layer, 2 * layer + 1
            conv, norm = net.layers_conv, net.layers_bn
            spread = _Filter(*folded(conv[first], norm[first]), dilation)
            self._layers.append((spread, _Mix(*folded(conv[second], norm[second]))))
        assert net.shrink.bias is not None
        self._shrink = _Mix(net.shrink.weight.detach().cpu(), net.shrink.bias.detach().cpu())
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
        fresh = [i for i, key in enumerate(keys) if key not in self._slots]
        slots = np.array([self._slot(key) for key in keys], np.intp)
        x = self._expand(keypoints.flatten(1).numpy(), self._frame, slots, fresh)
        for spread, mix in self._layers:
            y = mix(spread(x, self._frame, slots, fresh))
            x += np.maximum(y, 0, out=y)
        if keep:
            self._frame += 1
        else:
            for place in fresh:
                self.forget(keys[place])
        return torch.from_numpy(self._shrink(x)).unflatten(1, (-1, 3))

    def _slot(self, key: int) -> int:
        if key not in self._slots:
            if not self._free:
                self._grow()
            self._slots[key] = self._free.pop()
        return self._slots[key]

    def _grow(self) -> None:
        """Twice the room."""
        room = max(2 * self._room, 1)
        for kept in (self._expand, *(spread for spread, _ in self._layers)):
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
    return weight.to(conv.weight.dtype).cpu(), shift.to(conv.weight.dtype).cpu()


def _matrix(weight: Tensor) -> Array:
    """(out, in, taps) to (taps * in, out) in memory."""
    return weight.permute(2, 1, 0).flatten(0, 1).contiguous().numpy()
