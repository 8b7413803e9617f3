"""A contact sheet: moments of a take on one page, with everybody's way over the floor."""

from __future__ import annotations

import cv2
import numpy as np

from livemocap.rotation import Array

from .palette import FAINT, PANEL, TEXT
from .text import put_text

COLUMNS, ROWS = 3, 2
_GAP = 12
_TILE_WIDTH = 560


def contact_sheet(
    tiles: list[tuple[str, Array]], top_view: Array, title: str, subtitle: str
) -> Array:
    """A page with up to six captioned pictures and, beside them, the floor from above."""
    width, height = _tile_size(tiles)
    head, caption = 84, 26
    rows = max(1, -(-len(tiles) // COLUMNS))
    body_height = rows * (height + caption + _GAP)
    side = min(body_height - _GAP, 900)
    page_width = COLUMNS * (width + _GAP) + side + 2 * _GAP
    page = np.full((head + body_height + _GAP, page_width, 3), PANEL, np.uint8)
    put_text(page, title, _GAP + 4, 40, 20, TEXT)
    put_text(page, subtitle, _GAP + 4, 68, 11, FAINT)
    for number, (words, tile) in enumerate(tiles):
        x = _GAP + number % COLUMNS * (width + _GAP)
        y = head + number // COLUMNS * (height + caption + _GAP)
        page[y : y + height, x : x + width] = _fit(tile, width, height)
        put_text(page, words, x + 2, y + height + 18, 10, FAINT)
    x = _GAP + COLUMNS * (width + _GAP)
    page[head : head + side, x : x + side] = cv2.resize(
        top_view, (side, side), interpolation=cv2.INTER_AREA
    )
    return page


def sheet_moments(count: int) -> list[int]:
    """Which of `count` frames the sheet shows: evenly spread, away from the very ends."""
    wanted = min(count, COLUMNS * ROWS)
    return sorted({int((i + 0.5) * count / wanted) for i in range(wanted)}) if count else []


def _tile_size(tiles: list[tuple[str, Array]]) -> tuple[int, int]:
    if not tiles:
        return _TILE_WIDTH, _TILE_WIDTH * 9 // 16
    height, width = tiles[0][1].shape[:2]
    scale = min(_TILE_WIDTH / width, _TILE_WIDTH / height)
    return round(width * scale), round(height * scale)


def _fit(image: Array, width: int, height: int) -> Array:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
