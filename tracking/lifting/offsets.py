"""How the engine's bones lie against lifted ones: learnt slowly, so that the lifter's motion stays.

A lifter looks at many images and moves smoothly, an engine at one and is right on average where the
lifter leans to a side. So the lasting difference between the two belongs to the engine, and what
changes from image to image to the lifter (a complementary filter, bone by bone).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from ..people import Ints
from .settings import LiftSettings
from .swings import angle_between, swing, swung

Bools = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Offsets:
    """Of P people's B bones."""

    offset: Array
    """(P, B, 3) rotation vectors from lifted directions to the engine's."""
    counted_s: Array
    """(P, B) how long it has been learnt; 0 if not at all."""
    apart_s: Array
    """(P, B) how long the two have meant different poses."""
    flipped: Bools
    """(P, B) whether the engine takes the bone's depth the wrong way round."""

    @classmethod
    def of_nobody(cls, bones: int) -> Offsets:
        shape = (0, bones)
        return cls(np.zeros((*shape, 3)), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool))

    def carry(self, rows: Ints) -> None:
        """Take over people from these rows; whoever has -1 begins anew."""
        for field in fields(self):
            old = getattr(self, field.name)
            new = np.zeros((len(rows), *old.shape[1:]), old.dtype)
            new[rows >= 0] = old[rows[rows >= 0]]
            setattr(self, field.name, new)

    def learn(
        self,
        engine: Array,
        lifted: Array,
        mirrored: Array,
        trust: Array,
        dt_s: float,
        settings: LiftSettings,
    ) -> None:
        """Take in an image.

        Args:
            engine, lifted, mirrored: (P, B, 3) directions; the third are the engine's the other
                way round in depth.
            trust: (P, B) 0..1 of the engine; 0 for what is not known of either.
        """
        seen, known = trust > 0, self.counted_s > 0
        gate = math.radians(settings.gate_deg)
        expected = swung(lifted, self.offset)
        meant = np.where(self.flipped[..., None], mirrored, engine)
        apart = seen & known & (angle_between(meant, expected) > gate)
        self.apart_s = np.where(apart, self.apart_s + dt_s, 0.0)
        decided = self.apart_s >= settings.flip_s
        if decided.any():
            other = np.where(self.flipped[..., None], engine, mirrored)
            turned = decided & (angle_between(other, expected) <= gate)
            self.flipped ^= turned
            self.apart_s[turned] = 0.0
            meant = np.where(turned[..., None], other, meant)
            apart &= ~decided  # what is no flip is believed in the end
        self._follow(swing(lifted, meant), trust * ~apart, dt_s, settings)

    def _follow(self, found: Array, trust: Array, dt_s: float, settings: LiftSettings) -> None:
        """Move towards differences (P, B, 3), as fast as they are trusted."""
        surprise = found - self.offset
        size = np.sqrt((surprise * surprise).sum(-1)) / math.radians(settings.surprise_deg)
        turned = 2 * math.pi * settings.offset_hz * (1 + size * size) * trust * dt_s
        first = trust * dt_s / np.maximum(self.counted_s + trust * dt_s, 1e-9)
        gain = np.maximum(turned / (1 + turned), first)
        kept = np.exp(-dt_s * (1 - np.minimum(trust, 1)) / settings.forget_s)
        self.offset = kept[..., None] * self.offset + gain[..., None] * surprise
        self.counted_s = self.counted_s + trust * dt_s
