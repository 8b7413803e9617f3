"""Which feet of a true motion stand on the floor, where its file does not say."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

_STILL_MS = 0.15
"""Points that are slower stand."""
_LOW_M = 0.04
"""Over the point's own lowest place, a few stray frames apart."""
_STRAY_PERCENT = 5


def planted(feet: Array, present: Array, times_s: Array) -> Array:
    """From (F, P, N, 3) m points in the world and (F, P) who is there to (F, P, N) bool."""
    stands = np.zeros(feet.shape[:3], bool)
    if len(feet) < 2:
        return stands
    steps = np.linalg.norm(np.diff(feet, axis=0), axis=-1)
    still = steps / np.diff(times_s)[:, None, None] < _STILL_MS
    stands[:-1] |= still
    stands[1:] &= still
    stands[-1] = still[-1]
    for person in np.flatnonzero(present.any(0)):
        heights = feet[:, person, :, 1]
        low = np.percentile(heights[present[:, person]], _STRAY_PERCENT, axis=0)
        stands[:, person] &= heights < low + _LOW_M
    return stands & present[..., None]
