"""From the zip to people who move, by real clicks in a fresh Blender with its usual window."""

from __future__ import annotations

import time
from pathlib import Path

from gui.conftest import install
from gui.sidebar import Sidebar
from gui.window import opened

_HANDS = """
    [
        [round(x, 4) for x in o.matrix_world @ o.pose.bones["left_wrist"].head]
        for o in bpy.data.objects if o.type == "ARMATURE"
    ]
"""

_CLOSER = """
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    for each in bpy.data.objects:
        each.select_set(each.type == "ARMATURE")
    main = next(r for r in view()["area"].regions if r.type == "WINDOW")
    with bpy.context.temp_override(**{**view(), "region": main}):
        bpy.ops.view3d.view_selected()
    bpy.ops.object.select_all(action="DESELECT")
"""


def test_people_move_four_clicks_after_the_zip_was_dropped(
    root: Path, addon_zip: Path, pictures: Path
) -> None:
    with opened(root) as window:
        sidebar = Sidebar(window)
        window.point(600, 450)
        install(window, addon_zip)  # the first click: OK
        clicks = window.pressed
        window.photograph(pictures / "installed.png")
        tab = sidebar.open()  # looks where the tab is, and closes the sidebar again
        window.click(tab[0], sidebar.place()[1] + 20)
        window.ask("view()['area'].spaces.active.show_region_ui = False")
        window.settle()

        before = window.pressed
        window.point(600, 450)
        window.key("n")  # the second, or the arrow at the view's upper right
        window.wait_for("view()['region'].width > 1")
        window.settle()
        window.click(*tab)  # the third
        window.settle()
        sidebar.press("livemocap.test_stream")  # the fourth
        assert clicks + window.pressed - before == 4
        window.wait_for("[o for o in bpy.data.objects if o.type == 'ARMATURE']")
        first = window.ask(_HANDS)
        time.sleep(1.0)
        assert first != window.ask(_HANDS)
        window.ask(_CLOSER)
        sidebar.photograph_window(pictures / "walk.png")
        window.require_no_error()
