"""A dialog of a BlenderWindow: what came onto the screen, and its highlighted button."""

from __future__ import annotations

from pathlib import Path

from gui.window import BlenderWindow
from PIL import Image, ImageChops

_INSIDE = (30, 8)
"""A pixel of a dialog that has nothing on it."""

_HIGHLIGHTED = (71, 114, 179)
"""sRGB of the button that Return presses, too."""

_HALF = 8
"""Pixels from its lower edge to its middle."""


class Dialog:
    """To be made before the dialog opens, while nothing moves."""

    def __init__(self, window: BlenderWindow) -> None:
        self._window = window
        self._before = self._screen()

    def photograph(self, path: Path) -> None:
        """From the first to the last row and column that have the dialog's own colour."""
        picture = self._screen()
        changed = ImageChops.difference(picture, self._before).getbbox()
        assert changed, "no dialog came"
        dialog = picture.crop(changed)
        colour = dialog.getpixel(_INSIDE)
        assert isinstance(colour, tuple)
        dialog.crop(_places(dialog, colour).getbbox()).save(path, optimize=True)

    def agree(self) -> None:
        """Click the highlighted button; above it there may be checkboxes of its colour."""
        came = ImageChops.invert(_places(self._before, _HIGHLIGHTED))
        found = ImageChops.darker(_places(self._screen(), _HIGHLIGHTED), came)
        everywhere = found.getbbox()
        assert everywhere, "no dialog came, or it has no highlighted button"
        bottom = everywhere[3]
        lowest = found.crop((0, bottom - _HALF, found.width, bottom)).getbbox()
        assert lowest
        self._window.click((lowest[0] + lowest[2]) // 2, bottom - _HALF)

    def _screen(self) -> Image.Image:
        path = self._window.photograph(self._window.folder / "screen.png")
        return Image.open(path).convert("RGB")


def _places(picture: Image.Image, colour: tuple[int, ...]) -> Image.Image:
    """White where the picture has this colour, else black."""
    other = ImageChops.difference(picture, Image.new("RGB", picture.size, colour))
    red, green, blue = other.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda difference: 255 * (difference == 0))
