"""Colours as OpenCV wants them, blue first."""

from __future__ import annotations

from livemocap.palette import track_rgb

Bgr = tuple[int, int, int]

PANEL: Bgr = (38, 33, 30)
GRID: Bgr = (66, 59, 54)
AXIS: Bgr = (98, 89, 82)
TEXT: Bgr = (232, 228, 224)
FAINT: Bgr = (160, 152, 146)


def track_color(track_id: int) -> Bgr:
    """The track's colour in every picture."""
    r, g, b = track_rgb(track_id)
    return b, g, r


def mix(color: Bgr, other: Bgr, share: float) -> Bgr:
    """`color` with a `share` of `other` in it."""
    b, g, r = (round(c + (o - c) * share) for c, o in zip(color, other, strict=True))
    return b, g, r


def darker(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (0, 0, 0), share)


def lighter(color: Bgr, share: float = 0.35) -> Bgr:
    return mix(color, (255, 255, 255), share)
