"""How well feet stand, in the figures that tests hold a foot lock to."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, normalize, rotate
from retarget.feet.legs import Legs


def stance_slide(points: Array, times_s: Array, contacts: Array) -> float:
    """m/s, how fast standing heels or toes move over the floor, averaged over all instants.

    A speed is that of the step from the frame before; both must stand.

    Args:
        points: (T, N, 3) m.
        contacts: (T, N) bool, true contacts: from whoever made the motion, not from the lock.
    """
    speed = np.linalg.norm(np.diff(points[..., [0, 2]], axis=0), axis=-1)
    speed = speed / np.diff(times_s)[:, None]
    standing = contacts[1:] & contacts[:-1]
    return float(speed[standing].mean()) if standing.any() else 0.0


def stance_height_error(points: Array, contacts: Array, heights: Array) -> Array:
    """(N standing instants,) m, how far standing points are from the height at which they stand.

    Args:
        points: (T, N, 3) m.
        contacts: (T, N) bool.
        heights: (N,) m, of each point when its foot is flat on the floor.
    """
    return np.abs(points[..., 1] - heights)[contacts]


def direction_error_deg(legs: Legs, thigh: Array, shin: Array) -> Array:
    """(..., 2, 2) how far thighs and shins now point from where the pose has them, in degrees.

    Args:
        thigh: (..., 2, 4) wxyz that thighs were turned by in the world; shin as well.
    """
    errors = []
    for turn, bone in ((thigh, legs.thigh), (shin, legs.shin)):
        a, b = normalize(bone), normalize(rotate(turn, bone))
        sine = np.linalg.norm(np.cross(a, b), axis=-1)
        errors.append(np.degrees(np.arctan2(sine, (a * b).sum(-1))))
    return np.stack(errors, -1)
