"""The LiveMocap tab of a BlenderWindow: its buttons found by what they do, its texts measured."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gui.window import HERE, BlenderWindow
from PIL import Image

TAB = "LiveMocap"
WIDTH = 280
"""Pixels of the panels, tabs aside: what a sidebar has by default."""

PANELS = ("Stream", "People", "Rig", "Record", "Takes", "Export")
"""From top to bottom."""

_INSIDE, _OUTSIDE = 12, 4
"""Columns of pixels that are inside panels, and left of them."""

_TABS, _GAP, _EDGE = 24, 2, 4
"""Pixels of the tabs at the right, between panels, and of the sidebar's lower edge."""

_STEP = 14
"""Pixels between two looks for a button, which is 20 high."""

_COLUMNS = (60, 190)
"""Where buttons are looked for, in pixels from the left: two often share a row."""

_UNFOLDED_S = 0.7
"""How long Blender moves panels about after one has changed its height."""


class Sidebar:
    """What a user sees of the add-on."""

    def __init__(self, window: BlenderWindow) -> None:
        self.window = window

    def open(self, unfolded: bool = False) -> tuple[int, int]:
        """Show the sidebar, click at its tabs until ours shows, and tell where that is.

        Args:
            unfolded: show what is in panels that are closed at first, too.
        """
        self._watch()
        if unfolded:
            self.window.ask("unfold('LIVEMOCAP_')")
        self.window.ask("view()['area'].spaces.active.show_region_ui = True")
        self.window.settle()
        x, top, width, height = self.place()
        for y in range(top + 20, top + height, _STEP):
            self.window.click(x + width - 10, y)
            time.sleep(0.15)
            if self.window.ask("view()['region'].active_panel_category") == TAB:
                self.window.settle()
                return x + width - 10, y
        raise AssertionError(f"the sidebar has no tab {TAB}")

    def place(self) -> tuple[int, int, int, int]:
        """x, y, width, height of the sidebar, from the window's upper left."""
        x, bottom, width, height, window_height = self.window.ask(
            "r = view()['region']\n[r.x, r.y, r.width, r.height, view()['window'].height]"
        )
        return x, window_height - bottom - height, width, height

    def button(self, command: str) -> tuple[int, int]:
        """Where a button is that calls this operator."""
        self.come_to_rest()
        x, top, _, height = self.place()
        for column in _COLUMNS:
            for y in range(top + 4, top + height, _STEP):
                if self._under(x + column, y).startswith(f"bpy.ops.{command}("):
                    return x + column, y
        raise AssertionError(f"no button for {command}: {self.texts()}")

    def come_to_rest(self) -> None:
        """Wait until all panels stand where they belong."""
        self.window.settle()
        time.sleep(_UNFOLDED_S)
        self.window.settle()

    def press(self, command: str) -> None:
        """Click the button that calls this operator."""
        with self._still():
            self.window.click(*self.button(command))
            self.window.settle()
            self.window.point(20, 600)

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Without new poses: drawing them in software leaves a mouse waiting."""
        self.window.ask(
            """
            live = sys.modules["bl_ext.user_default.livemocap.stream.live"]
            if bpy.app.timers.is_registered(live._on_timer):
                bpy.app.timers.unregister(live._on_timer)
            """
        )
        yield
        self.window.ask(
            """
            if live.current() and not bpy.app.timers.is_registered(live._on_timer):
                bpy.app.timers.register(live._on_timer, persistent=True)
            """
        )

    def _under(self, x: int, y: int) -> str:
        """What the button below the mouse would do, as Python."""
        self.window.point(x, y)
        time.sleep(0.05)
        return self.window.ask(
            """
            bpy.context.window_manager.clipboard = ""
            try:
                bpy.ops.ui.copy_python_command_button()
            except RuntimeError:
                pass
            bpy.context.window_manager.clipboard
            """
        )

    def _watch(self) -> None:
        """From now on note what is drawn."""
        shutil.copy(HERE / "drawn_texts.py", self.window.folder)
        folder = self.window.inside(self.window.folder)
        self.window.ask(
            f"""
            sys.path.insert(0, {folder!r})
            from drawn_texts import Watch, unfold
            watch = Watch("LIVEMOCAP_")
            """
        )

    def texts(self, panel: str = "") -> str:
        """What a panel shows, or all of them."""
        self.window.settle()
        names = [panel] if panel else self.window.ask("list(watch.drawn)")
        return " | ".join(
            text for name in names for text in self.window.ask(f"watch.texts({name!r})")
        )

    def check(self) -> None:
        """Every panel was drawn without an error and no text is clipped."""
        self.window.settle()
        failed = self.window.ask("watch.failed")
        assert not failed, "\n".join(failed)
        self.window.require_no_error()
        clipped = self.window.ask("watch.clipped(view()['region'].width)")
        assert not clipped, clipped

    def photograph(self, path: Path, *panels: str) -> None:
        """These panels, or all of them; they stand one below the other without a gap between."""
        self.window.point(20, 600)
        self.come_to_rest()
        x, top, width, height = self.place()
        self.window.photograph(path, (x, top, width, height))
        picture = Image.open(path).convert("RGB")
        pieces = _pieces(picture)
        assert len(pieces) == len(PANELS), f"the panels are higher than the window: {pieces}"
        chosen = [pieces[PANELS.index(panel)] for panel in panels or PANELS]
        _below_each_other(picture, chosen).save(path, optimize=True)

    def photograph_window(self, path: Path) -> None:
        self.come_to_rest()
        self.window.photograph(path)


def _pieces(picture: Image.Image) -> list[tuple[int, int]]:
    """First and last row of each panel: they have an edge, and nothing is drawn between them."""
    rows = range(picture.height - _EDGE)
    column = [picture.getpixel((_INSIDE, y)) for y in rows]
    outside = picture.getpixel((_OUTSIDE, 0))
    drawn = [colour != outside for colour in [outside, *column, outside]]
    edges = [y for y in range(len(column) + 1) if drawn[y] != drawn[y + 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _below_each_other(picture: Image.Image, pieces: list[tuple[int, int]]) -> Image.Image:
    """Without the tabs at the right."""
    width = picture.width - _TABS
    height = sum(end - start + _GAP for start, end in pieces) + _GAP
    made = Image.new("RGB", (width, height), picture.getpixel((_OUTSIDE, 0)))
    y = _GAP
    for start, end in pieces:
        made.paste(picture.crop((0, start, width, end)), (0, y))
        y += end - start + _GAP
    return made
