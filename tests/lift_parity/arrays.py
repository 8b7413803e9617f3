"""What parity is measured by: golden arrays, weights by rule, gates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from reference.fill_weights_lift import fill

Arrays = Mapping[str, np.ndarray]

NOISE_FACTOR = 20
"""How much more than float32 noise a fresh implementation may differ."""

POSE_GATE = 2e-5
"""m, of poses, and of whatever has no noise told."""


@dataclass(frozen=True, slots=True)
class Check:
    """One array against its golden one."""

    name: str
    error: float
    gate: float

    @property
    def holds(self) -> bool:
        return self.error <= self.gate


def filled(net: torch.nn.Module, system: str, salt: int) -> torch.nn.Module:
    """`net` in eval mode with the weights that the rule gives `system`."""
    state = net.state_dict()
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    state |= {key: torch.from_numpy(w) for key, w in fill(system, shapes, salt).items()}
    net.load_state_dict(state)
    return net.eval()


def tensor(array: ArrayLike) -> torch.Tensor:
    """float32 of anything; integers stay."""
    a = np.asarray(array)
    return torch.from_numpy(a.astype(np.float32) if a.dtype.kind == "f" else a)


def compared(mine: Mapping[str, ArrayLike | torch.Tensor], golden: Arrays) -> list[Check]:
    """Each array of `mine` with the golden one of its name; other shapes never hold."""
    noise = json.loads(str(golden["noise_json"])) if "noise_json" in golden else {}
    checks = []
    for name, array in mine.items():
        gate = max(NOISE_FACTOR * float(np.max(noise.get(name, [0])[:1])), POSE_GATE)
        checks.append(Check(name, largest_error(array, golden[name]), gate))
    return checks


def largest_error(mine: ArrayLike | torch.Tensor, golden: np.ndarray) -> float:
    """Infinite where shapes or NaNs differ."""
    a = np.asarray(mine.detach() if isinstance(mine, torch.Tensor) else mine, float)
    if a.shape != golden.shape or not np.array_equal(np.isnan(a), np.isnan(golden.astype(float))):
        return float("inf")
    return float(np.nanmax(np.abs(a - golden), initial=0.0))
