"""How the pelvis moves, as feet that stand on the ground tell it.

Everything in x/z, y/z and log z: there the error of a detected place is independent by axis.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def as_places(vectors: Array, places: Array) -> Array:
    """(P, ..., 3) m or m/s in the camera frame as changes of x/z, y/z, log z at places (P, 3)."""
    shape = (len(places), *[1] * (vectors.ndim - 2), 3)
    z = np.exp(places[:, 2:]).reshape(*shape[:-1], 1)
    along = vectors[..., 2:] / z
    across = vectors[..., :2] / z - places[:, :2].reshape(*shape[:-1], 2) * along
    return np.concatenate([across, along], -1)


def pelvis_at(places: Array) -> Array:
    """(..., 3) x/z, y/z, log z to (..., 3) m in the camera frame."""
    z = np.exp(places[..., 2:])
    return np.concatenate([places[..., :2] * z, z], -1)


def led_by_feet(rates: Array, contacts: Array) -> tuple[Array, Array]:
    """The pelvis's rate, opposite to that of the feet on the ground, and how far to trust it.

    Args:
        rates: (P, 4, 3) of the feet from the pelvis, as x/z, y/z, log z a second.
        contacts: (P, 4) probabilities.

    Returns:
        (P, 3) rate, and (P, 1) 0..1.
    """
    weights = contacts * contacts * contacts
    total = weights.sum(1, keepdims=True)
    rate = -(weights[:, None] @ rates)[:, 0] / np.maximum(total, 1e-9)
    return rate, np.minimum(total, 1.0)
