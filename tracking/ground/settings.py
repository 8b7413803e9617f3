"""What smoothing of the root goes by: one set for every scenario, rate and person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSmoothing:
    """Metres and seconds; nothing here counts images."""

    lateral_white: float = 0.15
    """Share of a detected place's noise across the view that is new in every image."""
    depth_white: float = 0.8
    """The same along the view: drifts of seconds in it are not motion either, hence more."""
    lateral_push: float = 0.2
    """Spectral density of the pelvis's acceleration across the view, m^2/s^3."""
    depth_push: float = 0.02
    """The same along the view: smaller, for a band that is about three times narrower."""
    stroll_ms: float = 0.8
    """Speed from which on a pelvis is pushed about the more, the faster it goes."""
    glance: float = 6
    """Standard deviations beyond which a place pulls no harder."""

    odometry: float = 0.06
    """Drift of a pelvis that is led by a planted foot, m/sqrt(s) along each axis."""

    memory_s: float = 0.4
    """Time constant with which the motion of somebody who is not seen dies out."""
    rejoin_s: float = 0.25
    """Time constant with which a shown root gets to where the filter learns that it is; what is
    learned of motion itself is shown at once."""

    foot_calm_ms: float = 0.5
    """Speed of a planted foot across the view, as an estimator and a moving body have it."""
    foot_calm_depth_ms: float = 0.9
    """The same along the view."""
    foot_busy_ms: float = 1.6
    """Speed of a foot that swings."""
    foot_low_m: float = 0.08
    """How far above the lowest one a planted point may seem to be."""
    up_s: float = 3.0
    """Time constant with which people's pelvises tell where up is."""
    stance_s: float = 0.5
    """How long a foot usually stands."""
    swing_s: float = 0.35
    """How long it usually does not."""
    clue_s: float = 0.05
    """How long it takes for a foot's speed to say something new."""

    hold_s: float = 0.7
    """How long a locked foot holds on to where it landed against what the pose says."""
    release_s: float = 0.1
    """Time constant with which a foot that lifts off gets back to the pose."""
    farthest_m: float = 0.035
    """Most by which a locked foot is moved."""

    leg_error_m: float = 0.05
    """Bake: how far off across its leg an estimate has a foot."""
    leg_error_s: float = 0.35
    """Bake: time constant of that error."""
    leg_length_m: float = 0.01
    """Bake: the same along the leg, where only a bent knee could be wrong."""
    lock_drift: float = 0.05
    """Bake: drift of a foot that stands, m/sqrt(s)."""
    slip_ms: float = 0.5
    """Bake: speed from which on a foot that seemed to stand is let go."""

    floor_m: float = 0.02
    """Bake: how far a foot that stands may seem to be from the floor that all feet tell of."""
    floor_s: float = 0.1
    """Bake: time constant of that error."""

    bake_push: float = 0.3
    """Bake: share of the push, as two sides tell better what is motion."""
    rest_s: float = 0.5
    """Bake: how long before and after both feet must stand for somebody to be at rest."""
    rest_ms: float = 0.08
    """Bake: fastest mean speed across the view over that time of somebody at rest."""
    rest_drift: float = 0.001
    """Bake: drift of a pelvis at rest, m/sqrt(s)."""
