"""One person of one file, in our terms, and what had to be found out about the file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from livemocap.rotation import Array

from ..motion import PersonMotion


@dataclass(frozen=True, kw_only=True)
class RestBody:
    """A body without pose."""

    joints: Array
    """(55, 3) m."""
    name: str
    hash: str
    betas: Array
    """(10,) of the body `name`; zeros where a file's own could not be used."""
    stands_in: bool
    """It is not the body that was asked for: its proportions are somebody else's."""


class Bodies(Protocol):
    """Where bodies come from: this package has none."""

    def __call__(self, model: str, gender: str, betas: Array, /) -> RestBody:
        """A body for the model `smpl`, `smplh` or `smplx`, or what stands in for it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A person's motion as a file had it."""

    motion: PersonMotion
    """At the file's own rate, +Y up, metres."""
    fps: Fraction
    known: Array
    """(55,) bool, the joints that the file speaks of."""
    body: RestBody
    """What tracks say of it."""
    hand_mean_known: bool = True
    """As in TrackFrame."""
    needs_floor: bool = False
    """Where the feet are in the file means nothing for this body."""
    notes: tuple[str, ...] = ()
    """What was found and what was guessed, for people to read."""
