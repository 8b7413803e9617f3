"""Feet that stand stay where they stand: by how much each is moved against its pose."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .settings import RootSmoothing


def step_lock(
    offsets: Array, slips: Array, contacts: Array, dt_s: float, settings: RootSmoothing
) -> Array:
    """One step of the lock: what a standing foot slips is taken back, and slowly forgiven.

    Args:
        offsets: (..., 2, 3) m by which the feet are moved so far.
        slips: (..., 4, 3) m by which ankles and toes have moved since the last image.
        contacts: (..., 4) probabilities, of ankles and toes.

    Returns:
        (..., 2, 3) m; a foot that lifts off is released without a jump.
    """
    s = settings
    shape = (*contacts.shape[:-1], 2, 2)
    trust = contacts.reshape(shape)
    weights = trust * trust
    weights = weights / np.maximum(weights.sum(-2, keepdims=True), 1)
    slip = (weights[..., None] * slips.reshape(*shape, 3)).sum(-3)
    planted = trust.max(-2)[..., None]
    leak = planted / s.hold_s + (1 - planted) / s.release_s
    held = (offsets - slip) * np.exp(-dt_s * leak)
    far = np.sqrt((held * held).sum(-1, keepdims=True))
    return held * (s.farthest_m / np.maximum(far, s.farthest_m))
