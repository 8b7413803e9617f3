"""Everybody of one image on the way through tracking: what its stages hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemocap.messages import REPAIRS, PoseFrame
from livemocap.rotation import Array

Ints = NDArray[np.int64]

FLIPPED, MIRRORED, HANDS_EXCHANGED, LIMB_JUMPED, DEPTH_JUMPED, IMPLAUSIBLE = (
    1 << bit for bit in range(len(REPAIRS))
)
"""Bits of People.repairs: what was wrong with an estimate and has been mended or left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """P people at the instant of `frame`, in its camera's frame; arrays are nobody's to change.

    A stage keeps what it remembers of people in arrays in the order of the last image, and carries
    them over with `carried`. Whoever is missing from an image is forgotten.
    """

    frame: PoseFrame
    t_s: float
    """Capture time since the source began; never runs backwards."""
    cut: bool
    """Nothing is where it was before this image: another shot, or time began anew."""
    keys: Ints
    """(P,) who this is to the stages: never reused, known from the first sighting on."""
    ids: Ints
    """(P,) the track id that receivers get, 0 while somebody is not shown."""
    states: NDArray[np.uint8]
    """(P,) TRACK_TENTATIVE, TRACK_OBSERVED or TRACK_PREDICTED (not seen in this image)."""
    rows: Ints
    """(P,) of the PoseFrame, -1 for somebody who is not seen."""
    fresh: NDArray[np.bool_]
    """(P,) whether motion begins here: a first sighting, or one after so long an absence that
    nothing connects it with the last."""
    scores: Array
    """(P,) 0..1 of the last sighting."""
    places: Array
    """(P, 3) pelvis as x/z, y/z, log z: as seen, or where it is expected to be."""
    noise: Array
    """(P, 3) standard deviations of `places`."""
    pose_wxyz: Array
    """(P, 55, 4): global rotations of the body's 22, parent-relative ones of the rest; of the last
    sighting for somebody who is not seen."""
    visibility: Array
    """(P, 55) 0..1 how surely each joint was seen."""
    rest_joints: Array
    """(P, 55, 3) m: bone lengths, locked for each person."""
    betas: Array
    """(P, B)."""
    expression: Array
    """(P, E)."""
    repairs: NDArray[np.uint16]
    """(P,) bits FLIPPED, MIRRORED ..."""
    provenance: NDArray[np.uint8]
    """(P, 55) FILTERED, LIFTED ...: where each joint comes from when it is given out."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(P,) whether there is a sighting in this image."""
        return self.rows >= 0


def carried(before: Ints, now: Ints) -> Ints:
    """(P,) the row of `before` at which each key of `now` stood, -1 for newcomers."""
    known = {key: row for row, key in enumerate(before.tolist())}
    return np.array([known.get(key, -1) for key in now.tolist()], np.int64)
