"""What adaptation knows of one person: a few numbers, each of them 0 for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from .proportions import FACTORS, SPREAD

TURNED = SMPLX.indices(
    "pelvis", "spine2", *(f"{side}_{joint}" for joint in ("hip", "knee", "shoulder", "elbow")
                          for side in ("left", "right")),
)  # fmt: skip
"""The joints whose rotation is corrected: those that points in an image tell of."""

DEPTH_SPREAD = 0.04
"""Of the logarithm of an engine's distances, for one person all the time."""
TURN_SPREAD_RAD = np.radians(3.0)
"""Of what an engine's rotations are wrong by all the time, about each axis."""
OFFSET_SPREAD_M = 0.03
"""Of the points that detectors call hip and shoulder about the joints."""

_SIZE = FACTORS.index("size")
_FACTORS = slice(0, len(FACTORS))
_DEPTH = _FACTORS.stop
TURNS = slice(_DEPTH + 1, _DEPTH + 1 + 3 * len(TURNED))
_OFFSETS = slice(TURNS.stop, TURNS.stop + 6)
COUNT = _OFFSETS.stop

SPREADS = np.concatenate(
    [
        SPREAD,
        [DEPTH_SPREAD],
        np.full(3 * len(TURNED), TURN_SPREAD_RAD),
        np.full(6, OFFSET_SPREAD_M),
    ]
)
"""(COUNT,) standard deviations of all of them before anything is seen."""

LEAST_SURE = np.concatenate(
    [
        np.full(len(FACTORS), 0.04),
        [0.0],
        np.full(3 * len(TURNED), np.radians(4.0)),
        np.zeros(6),
    ]
)
"""(COUNT,) what is not larger than that is nothing."""
_CERTAINTY = np.full(COUNT, 4.0)
_CERTAINTY[TURNS] = 2.0
"""How soon what is larger is believed: turns, of which one camera tells little, later."""


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Of one person, as one vector; compared and logged number by number."""

    vector: Array
    """(COUNT,) float64."""
    locked: bool = False
    """Whether the body's proportions are decided."""

    @classmethod
    def none(cls) -> Parameters:
        """What changes nothing."""
        return cls(np.zeros(COUNT))

    @classmethod
    def from_numbers(cls, numbers: Sequence[float]) -> Parameters:
        """The inverse of `numbers`.

        Raises:
            ValueError: they are not as many, or not finite.
        """
        vector = np.asarray(numbers[1:], float)
        if vector.shape != (COUNT,) or not np.isfinite(vector).all():
            raise ValueError(f"{len(numbers)} numbers, expected {COUNT + 1} that are finite")
        return cls(vector, bool(numbers[0]))

    def numbers(self) -> list[float]:
        """For a log: whether locked, then the vector; exact in float64."""
        return [float(self.locked), *self.vector.tolist()]

    @property
    def factors(self) -> Array:
        """(6,) logarithms, see proportions.FACTORS."""
        return self.vector[_FACTORS]

    @property
    def depth(self) -> float:
        """Logarithm of the factor of the distance."""
        return float(self.vector[_DEPTH])

    @property
    def turns(self) -> Array:
        """(10, 3) rad, added to the local rotations of TURNED."""
        return self.vector[TURNS].reshape(-1, 3)

    @property
    def offsets(self) -> Array:
        """(2, 3) m, outwards, up and ahead: from hip and shoulder joints to what a detector calls
        so. Never applied to people; it keeps a detector's habits out of their bones."""
        return self.vector[_OFFSETS].reshape(2, 3)

    def with_offsets(self, offsets: Array) -> Parameters:
        """With others, (2, 3) m."""
        vector = self.vector.copy()
        vector[_OFFSETS] = offsets.ravel()
        return Parameters(vector, self.locked)

    def larger(self, by: float) -> Parameters:
        """With a body larger by this logarithm."""
        vector = self.vector.copy()
        vector[_SIZE] += by
        return Parameters(vector, self.locked)

    def without_turns(self) -> Parameters:
        """With rotations as the engine has them."""
        vector = self.vector.copy()
        vector[TURNS] = 0.0
        return Parameters(vector, self.locked)

    def modest(self) -> Parameters:
        """With what is too small to be sure of left out, and what is hardly larger made smaller: an
        ordinary body must not get worse by what a few images seem to say."""
        ratio = LEAST_SURE / np.maximum(np.abs(self.vector), 1e-9)
        kept = np.maximum(1 - ratio**_CERTAINTY, 0.0)
        return Parameters(self.vector * kept, self.locked)

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return not self.vector[: TURNS.stop].any()


SHAPE = np.r_[np.arange(_FACTORS.stop)]
"""The entries that a lock holds."""
