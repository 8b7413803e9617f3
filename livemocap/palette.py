"""One colour for each track, the same in previews, plots and Blender.

Told apart also by colour-blind eyes (after Okabe and Ito 2008).
"""

from __future__ import annotations

Rgb = tuple[int, int, int]

TRACK_COLORS: tuple[Rgb, ...] = (
    (255, 168, 38),  # orange
    (92, 192, 255),  # sky blue
    (240, 140, 196),  # rose
    (46, 204, 150),  # bluish green
    (248, 232, 80),  # yellow
    (240, 110, 60),  # vermilion
    (120, 140, 255),  # blue
    (214, 214, 214),  # grey
)


def track_rgb(track_id: int) -> Rgb:
    """The track's colour, sRGB 0..255; ids start at 1 and colours come again after eight."""
    return TRACK_COLORS[(track_id - 1) % len(TRACK_COLORS)]
