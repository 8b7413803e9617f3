"""How strongly poses are smoothed, in physical units: the same for every engine and frame rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseSmoothing:
    """All constants of the three modes; the defaults are what ships."""

    hidden_share: float = 0.3
    """Share of its say that a joint nobody saw keeps."""

    rest_hz: float = 2.25
    """Live: the band of a resting joint."""
    slope: float = 1.5
    """Live: Hz more for each rad/s of a turning joint, so that strikes are not late."""
    speed_hz: float = 1.0
    """Live: the band of the speed that widens the band."""
    trend_s: float = 0.08
    """Live: time constant with which a joint's trend is forgotten, seen or not. It takes away most
    of the lag of a steady turn; longer, it overshoots where a strike stops."""
    face_hz: float = 4.0
    """Live: the band of expression coefficients."""

    width_s: float = 0.055
    """Broadcast and bake: standard deviation of the time window of a fit."""
    strike_width_s: float = 0.03
    """The same for a joint in a strike."""
    strike_rad: tuple[float, float] = (0.05, 0.14)
    """A joint is in a strike where the two windows disagree by more than this: from the first on
    a little, from the second on fully."""
    slope_shrink: float = 0.5
    """How much a fit mistrusts its slope, in squared window widths: only matters at the ends of
    what was seen, where a slope would run off."""

    still_width_s: float = 0.7
    """Bake: the window of a joint at rest."""
    pool_s: float = 0.5
    """Bake: standard deviation of the time over which motion and errors are judged."""
    moving: tuple[float, float] = (1.4, 2.4)
    """Bake: a joint rests up to the first and moves from the second on, in multiples of how far
    errors alone would let it wander."""
    most_error_rad: float = 0.02
    """Bake: rms error that a joint is believed to have at most, as far as `strike_width_s` takes
    it away. Whatever wanders much farther than such errors do moves."""

    most_wander_rad: float = 0.05
    """Bake: and how far, rms, a joint at rest wanders at most: a small fast wave is a wave."""

    def __post_init__(self) -> None:
        for name in ("rest_hz", "speed_hz", "trend_s", "face_hz", "strike_width_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected more than 0")
        if not 0 < self.hidden_share <= 1:
            raise ValueError(f"hidden_share is {self.hidden_share}, expected above 0, at most 1")
        if self.width_s < self.strike_width_s:
            raise ValueError(
                f"width_s is {self.width_s}, expected at least strike_width_s, "
                f"{self.strike_width_s}"
            )
        if not 0 < self.strike_rad[0] < self.strike_rad[1]:
            raise ValueError(f"strike_rad is {self.strike_rad}, expected two growing angles")
