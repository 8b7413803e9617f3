"""How the pelvis moves, as feet that stand on the ground tell it.

Everything in x/z, y/z and log z: there the error of a detected place is independent by axis.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def as_rates(speeds: Array, places: Array) -> Array:
    """(P, 4, 3) m/s in the camera frame as rates of x/z, y/z, log z at (P, 3) such places."""
    slant = places[:, None].copy()
    slant[..., 2] = 0.0
    z = np.exp(places[:, None, 2:])
    return (speeds - slant * speeds[..., 2:]) / z


def pelvis_at(places: Array) -> Array:
    """(..., 3) x/z, y/z, log z to (..., 3) m in the camera frame."""
    pelvis = places.copy()
    pelvis[..., 2] = 1.0
    return pelvis * np.exp(places[..., 2:])


def led_by_feet(rates: Array, contacts: Array) -> tuple[Array, Array]:
    """The pelvis's rate, opposite to that of the feet on the ground, and how far to trust it.

    Args:
        rates: (P, 4, 3) of the feet from the pelvis, as x/z, y/z, log z a second.
        contacts: (P, 4) probabilities.

    Returns:
        (P, 3) rate, and (P, 1) 0..1.
    """
    weights = contacts * contacts * contacts
    total = (weights @ _ONES)[:, None]
    rate = (weights[:, None] @ rates)[:, 0] / -np.maximum(total, 1e-9)
    return rate, np.minimum(total, 1.0)


_ONES = np.ones(4)
