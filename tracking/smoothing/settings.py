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

    width_s: float = 0.05
    """Broadcast: standard deviation of the time window of a fit."""
    strike_width_s: float = 0.03
    """The same for a joint in a strike."""
    strike_rad: tuple[float, float] = (0.05, 0.14)
    """A joint is in a strike where the two windows disagree by more than this: from the first on
    a little, from the second on fully."""
    slope_shrink: float = 0.25
    """How much a fit mistrusts its slope, in squared window widths: only matters at the ends of
    what was seen, where a slope would run off."""

    holds_s: tuple[float, ...] = (0.028, 0.13, 0.6, 3.0)
    """Bake: time constants of the wires from which a joint's course is put together. The first one
    smooths whatever moves; the last one is a joint at rest."""
    bend_s: float = 0.05
    """Bake: how long any of them takes to change its speed."""
    doubt: float = 2.0
    """Bake: motion is believed past this many times the variance that errors alone would make."""
    pool_s: float = 0.8
    """Bake: time constant of the mean by which motion and errors are told apart."""
    most_error_rad: float = 0.25
    """Bake: rms error that a joint is believed to have at most; what wanders farther moves."""
    strike_hold_s: tuple[float, float] = (0.015, 0.03)
    """Bake: time constants, of following and of changing speed, of a joint in a strike."""
    cut_off_rad: tuple[float, float] = (0.12, 0.3)
    """Bake: a joint is in a strike where this much of its turn would be cut off: from the first
    on a little, from the second on fully."""
    face_hold_s: float = 0.04
    """Bake: time constant of expression coefficients."""

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
        for name in ("strike_rad", "cut_off_rad"):
            low, high = getattr(self, name)
            if not 0 < low < high:
                raise ValueError(f"{name} is {getattr(self, name)}, expected two growing angles")
        if self.holds_s[0] <= 0 or list(self.holds_s) != sorted(set(self.holds_s)):
            raise ValueError(f"holds_s is {self.holds_s}, expected growing times above 0")
