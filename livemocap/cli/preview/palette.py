"""One colour for each track, told apart also by colour-blind eyes (Okabe and Ito 2008)."""

from __future__ import annotations

Bgr = tuple[int, int, int]

_TRACKS_RGB = (
    (255, 168, 38),  # orange
    (92, 192, 255),  # sky blue
    (240, 140, 196),  # rose
    (46, 204, 150),  # bluish green
    (248, 232, 80),  # yellow
    (240, 110, 60),  # vermilion
    (120, 140, 255),  # blue
    (214, 214, 214),  # grey
)

PANEL: Bgr = (38, 33, 30)
GRID: Bgr = (66, 59, 54)
AXIS: Bgr = (98, 89, 82)
TEXT: Bgr = (232, 228, 224)
FAINT: Bgr = (160, 152, 146)


def track_color(track_id: int) -> Bgr:
    """The track's colour; ids start at 1 and colours come again after eight."""
    r, g, b = _TRACKS_RGB[(track_id - 1) % len(_TRACKS_RGB)]
    return b, g, r


def mix(color: Bgr, other: Bgr, share: float) -> Bgr:
    """`color` with a `share` of `other` in it."""
    b, g, r = (round(c + (o - c) * share) for c, o in zip(color, other, strict=True))
    return b, g, r


def darker(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (0, 0, 0), share)


def lighter(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (255, 255, 255), share)
