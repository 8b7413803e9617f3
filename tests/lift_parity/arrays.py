"""What parity is measured by: golden arrays, weights by rule, gates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from reference.fill_weights_lift import checksum, fill

Arrays = Mapping[str, np.ndarray]

NOISE_FACTOR = 20
"""How much more than float32 noise a fresh implementation may differ."""

POSE_GATE = 2e-5
"""m, of poses, and of whatever has no noise told."""

PIXEL_GATE = 1e-3
"""Four roundings of float32 at 1920 px."""

ACTIVATIONS = slice(0, 8)
"""The goldens keep the first channels of an activation."""


class MissingArrayError(Exception):
    """A file has no array that its kind of comparison needs."""


class Golden(Mapping[str, np.ndarray]):
    """The arrays of a file, which knows what of them nobody has looked at."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = dict(arrays)
        self.unread = set(self._arrays)
        self.missed: list[str] = []
        """What would have been compared if the file had it."""

    def __getitem__(self, name: str) -> np.ndarray:
        self.unread.discard(name)
        try:
            return self._arrays[name]
        except KeyError:
            raise MissingArrayError(
                f"the file has no array {name!r}; it has: {', '.join(sorted(self._arrays))}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def has(self, name: str) -> bool:
        """Whether it is there; if not, that is told."""
        if name not in self and name not in self.missed:
            self.missed.append(name)
        return name in self

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


@dataclass(frozen=True, slots=True)
class Case:
    """What is put through a comparison."""

    kind: str
    golden: Golden
    salt: int = 0
    """Of the weights' rule."""
    body_salt: int = 0
    """Of the body's, the mean pose's and the prior's."""
    prior: Mapping[str, np.ndarray] | None = None
    """means, covars and weights of the released mixture, for what was made with it."""
    weights: Mapping[str, torch.Tensor] | None = None
    """Real ones, for what was made with them."""
    frames: int | None = None
    """As many of the first ones, where frames are costly; all if None."""
    brief: bool = False
    """Of a trace of DynaBOA the first evaluations on its first image alone."""
    notes: list[str] = field(default_factory=list)
    """What is not compared, and why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One array against its golden one."""

    name: str
    error: float
    gate: float

    @property
    def holds(self) -> bool:
        return self.error <= self.gate


def case_of(kind: str, arrays: Arrays) -> Case:
    """With everything else as the goldens of this repository have it."""
    return Case(kind, Golden(arrays))


def failures(checks: Sequence[Check]) -> dict[str, float]:
    """Errors by name, of what does not hold."""
    return {check.name: check.error for check in checks if not check.holds}


def filled(net: torch.nn.Module, system: str, salt: int) -> torch.nn.Module:
    """`net` in eval mode with the weights that the rule gives `system`."""
    state = net.state_dict()
    state |= {key: torch.from_numpy(w) for key, w in ruled(net, system, salt).items()}
    net.load_state_dict(state)
    return net.eval()


def ruled(net: torch.nn.Module, system: str, salt: int) -> dict[str, np.ndarray]:
    """The rule's weights for the tensors of `net`."""
    shapes = tuple((key, tuple(value.shape)) for key, value in net.state_dict().items())
    return _ruled(system, shapes, salt)


@lru_cache(maxsize=2)
def _ruled(system: str, shapes: tuple[Any, ...], salt: int) -> dict[str, np.ndarray]:
    return fill(system, dict(shapes), salt)


def same_weights(case: Case, net: torch.nn.Module, system: str) -> list[Check]:
    """Whether the file was made with these, where it says."""
    if "checksum" not in case.golden:
        return []
    mine = checksum(ruled(net, system, case.salt))
    return [Check("checksum", float(abs(mine - int(case.golden["checksum"]))), 0.0)]


def tensor(array: ArrayLike) -> torch.Tensor:
    """float32 of anything; integers stay."""
    a = np.asarray(array)
    return torch.from_numpy(a.astype(np.float32) if a.dtype.kind == "f" else a)


def compared(mine: Mapping[str, ArrayLike | torch.Tensor], golden: Golden) -> list[Check]:
    """Each array of `mine` with the golden one of its name; other shapes never hold."""
    noise = json.loads(str(golden["noise_json"])) if "noise_json" in golden else {}
    checks = []
    for name, array in mine.items():
        if not golden.has(name):
            continue
        gate = max(NOISE_FACTOR * float(np.max(noise.get(name, [0])[:1])), POSE_GATE)
        checks.append(Check(name, largest_error(array, golden[name]), gate))
    return checks


def exactly(mine: Mapping[str, ArrayLike], golden: Golden) -> list[Check]:
    """As `compared`, where any difference is one too many."""
    return [Check(check.name, check.error, 0.0) for check in compared(mine, golden)]


def largest_error(mine: ArrayLike | torch.Tensor, golden: np.ndarray) -> float:
    """Infinite where shapes or NaNs differ."""
    a = np.asarray(mine.detach() if isinstance(mine, torch.Tensor) else mine, float)
    b = golden.astype(float)
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return float("inf")
    same = np.isinf(a) & (a == b)
    return float(np.nanmax(np.abs(np.where(same, 0, a) - np.where(same, 0, b)), initial=0.0))


def part_of(found: dict[str, Any], name: str, part: Any, *, turned: bool = False) -> Any:
    """A hook that keeps a part of a layer's output."""

    def keep(module: torch.nn.Module, given: Any, out: torch.Tensor) -> None:
        found[name] = (out.mT if turned else out)[part]

    return keep
