"""How the engine's pose lies against the lifted one: learnt slowly, so that lifted motion stays.

A lifter looks at many images and moves smoothly, an engine at one and is right on average where the
lifter leans to a side. So the lasting difference between the two belongs to the engine, and what
changes from image to image to the lifter (a complementary filter, part by part).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from livemocap.rotation import Array

from ..people import Ints
from .limbs import PARTS, Bools
from .settings import LiftSettings

FLIP_FITS = 0.5
"""Of the gate: a bone is flipped if it is so near to where it was expected the other way round."""


@dataclass(slots=True, eq=False)
class Offsets:
    """Of P people's N parts."""

    offset: Array
    """(P, N, 3) rotation vectors from lifted parts to the engine's."""
    counted_s: Array
    """(P, N) how long it has been learnt; 0 if not at all."""
    apart_s: Array
    """(P, N) how long the two have meant different poses."""
    last: Array
    """(P, N, 3) what was found last."""
    flipped: Bools
    """(P, N) whether the engine takes the bone's depth the wrong way round."""
    flipped_s: Array
    """(P, N) for how long."""

    @classmethod
    def of_nobody(cls) -> Offsets:
        shape = (0, len(PARTS))
        vectors, seconds = np.zeros((*shape, 3)), np.zeros(shape)
        return cls(vectors, seconds, seconds, vectors, np.zeros(shape, bool), seconds)

    def carry(self, rows: Ints) -> None:
        """Take over people from these rows; whoever has -1 begins anew."""
        for field in fields(self):
            setattr(self, field.name, taken_over(getattr(self, field.name), rows))

    def learn(
        self,
        found: Array,
        mirrored: Callable[[], Array],
        trust: Array,
        dt_s: float,
        settings: LiftSettings,
    ) -> None:
        """Take in an image.

        Args:
            found: (P, N, 3) rotation vectors from lifted parts to the engine's.
            mirrored: gives the same with the engine's depth the other way round.
            trust: (P, N) 0..1 of the engine; 0 for what is not known of either.
        """
        gate = math.radians(settings.gate_deg)
        meant, other = found, found
        if self.flipped.any():
            other = mirrored()
            meant = np.where(self.flipped[..., None], other, found)
        jump = math.radians(settings.jump_deg + settings.jump_deg_s * dt_s)
        jumped = (self.apart_s > 0) | (_size(meant - self.last) > jump)
        apart = jumped & (trust > 0) & (self.counted_s > 0) & (_size(meant - self.offset) > gate)
        self.apart_s = np.where(apart, self.apart_s + dt_s, 0.0)
        self.flipped_s = np.where(self.flipped, self.flipped_s + dt_s, 0.0)
        if apart.any() or self.flipped.any():
            other = mirrored() if other is found else other
            meant, turned = self._decided(found, other, settings)
            apart &= (self.apart_s < settings.flip_s - 1e-9) & ~turned  # what lasts is believed
        self.last = np.where(trust[..., None] > 0, meant, self.last)
        self._follow(meant, trust * ~apart, dt_s, settings)

    def _decided(
        self, found: Array, mirrored: Array, settings: LiftSettings
    ) -> tuple[Array, Bools]:
        """What is meant once flips are found that lasted, and those that are over; and whose."""
        other = np.where(self.flipped[..., None], found, mirrored)
        fits = _size(other - self.offset) <= FLIP_FITS * math.radians(settings.gate_deg)
        turned = fits & (self.apart_s >= settings.flip_s - 1e-9)
        turned |= self.flipped_s > settings.let_go_s
        self.flipped = self.flipped ^ turned
        self.apart_s[turned] = 0.0
        return np.where(self.flipped[..., None], mirrored, found), turned

    def _follow(self, meant: Array, trust: Array, dt_s: float, settings: LiftSettings) -> None:
        """Move towards differences (P, N, 3), as fast as they are trusted."""
        surprise = meant - self.offset
        size = _size(surprise) / math.radians(settings.surprise_deg)
        turned = 2 * math.pi * settings.offset_hz * (1 + size * size) * trust * dt_s
        first = trust * dt_s / np.maximum(self.counted_s + trust * dt_s, 1e-9)
        gain = np.maximum(turned / (1 + turned), first)
        kept = np.exp(-dt_s * (1 - np.minimum(trust, 1)) / settings.forget_s)
        self.offset = kept[..., None] * self.offset + gain[..., None] * surprise
        self.counted_s = self.counted_s + trust * dt_s


def taken_over(values: Array, rows: Ints) -> Array:
    """The values at these rows, zeros at -1."""
    found = np.zeros((len(rows), *values.shape[1:]), values.dtype)
    found[rows >= 0] = values[rows[rows >= 0]]
    return found


def _size(rotvec: Array) -> Array:
    return np.sqrt((rotvec * rotvec).sum(-1))
