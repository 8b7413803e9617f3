"""Disabling the add-on while something is still to be done."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]


def test_no_timer_waits_for_a_list_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_text("no take at all")
    run_blender(
        """
    import sys
    import bpy
    import blender_addon
    from blender_addon.panels import take_list
    blender_addon.register()
    bpy.context.window_manager.livemocap.takes_folder = sys.argv[1]
    take_list.keep_up()
    assert bpy.app.timers.is_registered(take_list.follow_folder)
    blender_addon.unregister()
    assert not bpy.app.timers.is_registered(take_list.follow_folder)
    """,
        str(tmp_path),
    )
