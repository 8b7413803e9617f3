"""One colour for each track, told apart also by colour-blind eyes (Okabe and Ito 2008)."""

from __future__ import annotations

Bgr = tuple[int, int, int]

TRACK_COLORS: tuple[Bgr, ...] = (
    (38, 168, 255),  # orange
    (255, 192, 92),  # sky blue
    (196, 140, 240),  # rose
    (150, 204, 46),  # bluish green
    (80, 232, 248),  # yellow
    (60, 110, 240),  # vermilion
    (255, 140, 120),  # blue
    (214, 214, 214),  # grey
)

PANEL: Bgr = (38, 33, 30)
GRID: Bgr = (66, 59, 54)
AXIS: Bgr = (98, 89, 82)
TEXT: Bgr = (232, 228, 224)
FAINT: Bgr = (160, 152, 146)


def track_color(track_id: int) -> Bgr:
    """The track's colour; ids start at 1 and colours come again after eight."""
    return TRACK_COLORS[(track_id - 1) % len(TRACK_COLORS)]


def mix(color: Bgr, other: Bgr, share: float) -> Bgr:
    """`color` with a `share` of `other` in it."""
    b, g, r = (round(c + (o - c) * share) for c, o in zip(color, other, strict=True))
    return b, g, r


def darker(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (0, 0, 0), share)


def lighter(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (255, 255, 255), share)
