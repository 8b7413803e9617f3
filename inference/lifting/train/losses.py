"""What the lifter is blamed for: limbs that point elsewhere, move otherwise, or tremble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from livemocap.lifter import H36M17

from .figures import mean_bones_m
from .net import AHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of each part of the blame, per frame."""

    direction: float = 1.0
    place: float = 1.0
    velocity: float = 8.0
    tremble: float = 4.0
    spread: float = 0.05


class Blame:
    """The loss of a batch."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        chains = H36M17.chains[1:] * mean_bones_m()
        self._chains = torch.tensor(chains, dtype=torch.float32)
        """(16, 16) limbs to places, m."""

    def __call__(self, limbs: Tensor, log_spread: Tensor, truth: Tensor, known: Tensor) -> Tensor:
        """
        Args:
            limbs: (B, t, AHEAD, 16, 3) unit.
            log_spread: (B, t, AHEAD, 16).
            truth: (B, T, 16, 3) unit, T - t more frames before.
            known: (B, T) how much a frame counts.
        """
        wanted, counts = _of_heads(truth, limbs.shape[1]), _of_heads(known, limbs.shape[1])
        off = limbs - wanted
        far = _length(off, 0.05)
        w = self._weights
        blame = w.direction * _mean(far, counts)
        blame = blame + w.place * _mean(_length(self._chains @ off, 0.02), counts)
        step = off[:, 1:] - off[:, :-1]
        blame = blame + w.velocity * _mean(_length(step, 0.01), counts[:, 1:])
        jolt = step[:, 1:] - step[:, :-1]
        blame = blame + w.tremble * _mean(_length(jolt, 0.005), counts[:, 2:])
        surprise = far.detach() * torch.exp(-log_spread) + log_spread
        return blame + w.spread * _mean(surprise, counts)


def _of_heads(what: Tensor, length: int) -> Tensor:
    """(B, T, ...) to (B, length, AHEAD, ...), each as long ago as its head tells of."""
    last = what.shape[1]
    return torch.stack([what[:, last - length - k : last - k] for k in AHEAD], 2)


def _length(v: Tensor, soft: float) -> Tensor:
    """(..., 3) to (...): its length, round at zero so that small errors are not fought over."""
    return (v.square().sum(-1) + soft**2).sqrt() - soft


def _mean(blame: Tensor, counts: Tensor) -> Tensor:
    return (blame * counts[..., None]).sum() / (counts.sum() * blame.shape[-1]).clamp(min=1)


def places(limbs: np.ndarray) -> np.ndarray:
    """(..., 16, 3) unit to (..., 17, 3) m about the hip, of the average person."""
    return (H36M17.chains * mean_bones_m()).astype(limbs.dtype) @ limbs
