"""Text on images, antialiased, sized to the picture."""

from __future__ import annotations

import cv2

from livemocap.rotation import Array

from .palette import TEXT, Bgr

_FONT = cv2.FONT_HERSHEY_DUPLEX
_FONT_PX = 22.0
"""Height of a capital letter at scale 1."""


def text_width(text: str, height_px: float) -> int:
    return cv2.getTextSize(text, _FONT, height_px / _FONT_PX, 1)[0][0]


def put_text(
    image: Array, text: str, left: float, base: float, height_px: float = 12, color: Bgr = TEXT
) -> None:
    """Write with the lower left corner at (left, base); `height_px` is a capital letter's."""
    scale = height_px / _FONT_PX
    thickness = 2 if height_px > 24 else 1
    at = (round(left), round(base))
    cv2.putText(image, text, at, _FONT, scale, color, thickness, cv2.LINE_AA)


def put_badge(
    image: Array, text: str, center: tuple[float, float], height_px: float, fill: Bgr
) -> None:
    """Dark text on a filled pill around `center`, kept inside the image."""
    cap = height_px * 0.5
    half_w = max(height_px * 0.62, text_width(text, cap) / 2 + height_px * 0.35)
    half_h = height_px / 2
    h, w = image.shape[:2]
    x = min(max(center[0], half_w + 2), w - half_w - 2)
    y = min(max(center[1], half_h + 2), h - half_h - 2)
    r = half_h - 1
    for grow, color in ((2.0, (20, 18, 16)), (0.0, fill)):
        _pill(image, x, y, half_w - r, r + grow * height_px / 24, color)
    put_text(image, text, x - text_width(text, cap) / 2, y + cap / 2, cap, (24, 20, 18))


def _pill(image: Array, x: float, y: float, reach: float, radius: float, color: Bgr) -> None:
    shift = 16.0
    for side in (-reach, reach):
        at = (round((x + side) * shift), round(y * shift))
        cv2.circle(image, at, round(radius * shift), color, -1, cv2.LINE_AA, 4)
    corner = (round((x - reach) * shift), round((y - radius) * shift))
    other = (round((x + reach) * shift), round((y + radius) * shift))
    cv2.rectangle(image, corner, other, color, -1, cv2.LINE_AA, 4)
