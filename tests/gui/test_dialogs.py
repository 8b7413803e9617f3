"""What opens over the window: the dialog before a bake, and the preferences."""

from __future__ import annotations

from pathlib import Path

from gui.dialog import Dialog
from gui.sidebar import Sidebar
from gui.states import recorded

_DIALOG, _PREFERENCES = "LIVEMOCAP_OT_bake_take", "LIVEMOCAP_AP_preferences"

_DIALOG_PX, _PREFERENCES_PX = 340, 480
"""Room for texts in the dialog, and in preferences as wide as Blender opens them."""


def _fits(sidebar: Sidebar, name: str, room: int) -> None:
    """It was drawn without an error, and no text is clipped."""
    sidebar.window.wait_for(f"{name!r} in watch.drawn")
    sidebar.check()
    assert sidebar.window.ask(f"watch.clipped_in({name!r}, {room})") == []


def test_the_dialog_before_a_bake_and_its_button(sidebar: Sidebar, pictures: Path) -> None:
    recorded(sidebar)
    sidebar.window.point(20, 600)
    sidebar.come_to_rest()
    dialog = Dialog(sidebar.window)
    sidebar.press("livemocap.bake_take")
    _fits(sidebar, _DIALOG, _DIALOG_PX)
    assert "Trim From (s)" in sidebar.texts(_DIALOG)
    dialog.photograph(pictures / "bake.png")
    dialog.agree()
    sidebar.window.wait_for("'Baked take' in ' '.join(watch.texts('LIVEMOCAP_PT_takes'))")
    assert sidebar.window.ask("len([o for o in bpy.data.objects if o.animation_data])") == 2


def test_the_preferences(sidebar: Sidebar, pictures: Path) -> None:
    window = sidebar.window
    window.ask("bpy.ops.preferences.addon_show(module='bl_ext.user_default.livemocap')")
    window.wait_for("len(bpy.context.window_manager.windows) == 2")
    window.move_window("Preferences")
    _fits(sidebar, _PREFERENCES, _PREFERENCES_PX)
    width, height = window.ask("w = bpy.context.window_manager.windows[1]\n[w.width, w.height]")
    window.photograph(pictures / "preferences.png", (0, 0, width, height))
    window.ask(
        """
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[1]):
            bpy.ops.wm.window_close()
        """
    )
