"""Feet that stand stay where they stand: by how much each is moved against its pose."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .settings import RootSmoothing


def slipped(slips: Array, trust: Array) -> tuple[Array, Array]:
    """What standing feet have slipped, ankles and toes taken together.

    Args:
        slips: (..., 4, 3) m by which ankles and toes have moved.
        trust: (..., 4) 0..1 how surely each stood meanwhile.

    Returns:
        (..., 2, 3) m, less where nothing stands surely, and (..., 2, 1) how surely something does.
    """
    weights = trust * trust
    ankles, toes = weights[..., :2, None], weights[..., 2:, None]
    total = ankles + toes
    most = np.maximum(total, 1)
    return (ankles * slips[..., :2, :] + toes * slips[..., 2:, :]) / most, total / most


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
    slip, _ = slipped(slips, contacts)
    planted = np.maximum(contacts[..., :2], contacts[..., 2:])[..., None]
    leak = planted * (1 / s.hold_s - 1 / s.release_s) + 1 / s.release_s
    held = (offsets - slip) * np.exp(-dt_s * leak)
    return no_further(held, s.farthest_m)


def no_further(moved: Array, most_m: float) -> Array:
    """(..., 3) m, shortened to `most_m` at most."""
    far = np.sqrt((moved * moved) @ _ONES)[..., None]
    return moved * (most_m / np.maximum(far, most_m))


_ONES = np.ones(3)
