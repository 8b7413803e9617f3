"""How far lifted positions are believed, in physical units: the same for every rate and lifter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftSettings:
    """All constants; the defaults are what ships."""

    gate_deg: float = 35.0
    """The engine and the lifter mean different poses if a part differs by more."""
    jump_deg: float = 20.0
    jump_deg_s: float = 900.0
    """A difference jumps if it changes by so much from one image to the next, and so much more for
    each second between them; less may be motion that the lifter is late to see."""
    flip_s: float = 0.1
    """A jump past the gate that lasts so long is decided about, once; a shorter one is left out."""
    let_go_s: float = 1.0
    """What is taken for a flip for longer is believed."""
    offset_hz: float = 4.0
    """How fast the difference between engine and lifter is learnt: what changes faster comes from
    the lifter, what lasts from the engine. Slower is calmer, and right only as far as the lifter
    is: at 4 Hz one that errs by 18 degrees raises no MPJPE."""
    surprise_deg: float = 12.0
    """A difference that changes by so much is learnt twice as fast, by more faster still: motion
    that the lifter smooths over."""
    engine_share: float = 0.85
    """Of the lasting difference, what the engine keeps where both are sure and agree: its share
    if errors are 8 degrees and the lifter's 18."""
    seen: tuple[float, float] = (0.15, 0.5)
    """Visibility from which on the engine has a say in a bone, and from which on its full one."""
    forget_s: float = 1.0
    """Time constant with which the difference is forgotten while the engine sees nothing."""
    blend_s: float = 0.17
    """How long it takes until somebody is the engine's again of whom nothing is lifted."""

    def __post_init__(self) -> None:
        for name in (
            "gate_deg",
            "jump_deg",
            "flip_s",
            "let_go_s",
            "offset_hz",
            "surprise_deg",
            "forget_s",
            "blend_s",
        ):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected more than 0")
        if not 0 <= self.engine_share <= 1:
            raise ValueError(f"engine_share is {self.engine_share}, expected 0 to 1")
        if not 0 <= self.seen[0] < self.seen[1] <= 1:
            raise ValueError(f"seen is {self.seen}, expected two growing shares")
