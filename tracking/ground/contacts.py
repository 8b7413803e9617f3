"""Which points of the feet stand on the ground: low, and still against it.

Two states, planted and swinging, with what speeds each of them shows and how long each of them
lasts: what that makes of a course of speeds is a probability that does not flicker.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .settings import RootSmoothing

POINT_HEIGHTS_M = np.array([0.085, 0.085, 0.025, 0.025])
"""Of ankles and toe joints above the floor they stand on, in the order of `feet_of`."""
_SURE = 8.0
"""Nats beyond which one image says no more."""
_UNSEEN = 3.0
"""Nats against a point that is not seen."""


def planted_clues(
    speeds: Array, heights: Array, visibility: Array, settings: RootSmoothing
) -> Array:
    """Log-likelihood ratio of standing against swinging.

    Args:
        speeds: (..., 4, 3) m/s against the ground: across the view, and along it.
        heights: (..., 4) m along whatever is up.
        visibility: (..., 4) 0..1; what nobody sees does not stand.

    Returns:
        (..., 4) nats, as one glance says it.
    """
    s = settings
    calm = np.array([s.foot_calm_ms, s.foot_calm_ms, s.foot_calm_depth_ms])
    busy = np.sqrt(calm * calm + s.foot_busy_ms**2)
    squares = (speeds * speeds) @ (0.5 / busy**2 - 0.5 / calm**2)
    above = heights - POINT_HEIGHTS_M
    above = np.maximum(above - above.min(-1, keepdims=True) - s.foot_low_m, 0) / s.foot_low_m
    nats = squares + float(np.log(busy / calm).sum()) - above * above
    nats = np.minimum(np.maximum(nats, -_SURE), _SURE)
    return visibility * (nats + _UNSEEN) - _UNSEEN


def step_contacts(before: Array, nats: Array, dt_s: float, settings: RootSmoothing) -> Array:
    """One step of the two-state filter: (..., 4) probabilities to (..., 4)."""
    expected = expect_contacts(before, dt_s, settings)
    share = min(dt_s / settings.clue_s, 1.0)
    odds = expected / (1 - expected) * np.exp(share * nats)
    return odds / (1 + odds)


def expect_contacts(before: Array, dt_s: float, settings: RootSmoothing) -> Array:
    """(..., 4) probabilities after a moment of which nothing is known."""
    usual = usual_contact(settings)
    changes = 1 / settings.stance_s + 1 / settings.swing_s
    return usual + (before - usual) * float(np.exp(-changes * dt_s))


def usual_contact(settings: RootSmoothing) -> float:
    """Probability of a point of the foot of which nothing is known."""
    return settings.stance_s / (settings.stance_s + settings.swing_s)


def looked_back(
    after: Array, nats: Array, contacts: Array, dt_s: float, settings: RootSmoothing
) -> tuple[Array, Array]:
    """One step back of the two-state smoother.

    Args:
        after: (..., 4, 2) how well what came after the later image goes with swinging and with
            standing in it; ones at the end of what is known.
        nats: (..., 4) what the later image itself said.
        contacts: (..., 4) probabilities at the earlier image, from its past alone.

    Returns:
        `after` for the earlier image, and its probabilities (..., 4) in the light of what came.
    """
    usual = usual_contact(settings)
    changes = 1 / settings.stance_s + 1 / settings.swing_s
    mixed = 1 - float(np.exp(-changes * dt_s))
    stand = np.exp(min(dt_s / settings.clue_s, 1.0) * nats) * after[..., 1]
    swing = after[..., 0]
    either = mixed * (usual * stand + (1 - usual) * swing)
    before = np.stack([either + (1 - mixed) * swing, either + (1 - mixed) * stand], -1)
    before = before / before.sum(-1, keepdims=True)
    planted = contacts * before[..., 1]
    return before, planted / (planted + (1 - contacts) * before[..., 0])
