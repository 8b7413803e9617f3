"""Every panel in a real window: no error, no clipped text, in each state that users meet."""

from __future__ import annotations

import time
from pathlib import Path

from gui.sidebar import WIDTH, Sidebar

_CHARACTER = """
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    bpy.context.object.name = {name!r}
"""


def _connect(sidebar: Sidebar, endpoint: str) -> None:
    sidebar.window.ask(f"bpy.context.window_manager.livemocap.address = {endpoint!r}")
    sidebar.press("livemocap.connect")
    sidebar.window.wait_for("len([o for o in bpy.data.objects if o.type == 'ARMATURE']) >= 3")


def _frame_people(sidebar: Sidebar) -> None:
    sidebar.window.ask(
        """
        main = next(r for r in view()["area"].regions if r.type == "WINDOW")
        with bpy.context.temp_override(**{**view(), "region": main}):
            bpy.ops.view3d.view_all()
        """
    )


def _record(sidebar: Sidebar, seconds: float) -> None:
    sidebar.press("livemocap.record_start")
    time.sleep(seconds)


def _stop_recording(sidebar: Sidebar) -> None:
    sidebar.press("livemocap.record_stop")
    sidebar.window.wait_for("bpy.ops.livemocap.record_start.poll()")


def test_panels_are_as_wide_as_by_default(sidebar: Sidebar) -> None:
    _, _, width, _ = sidebar.place()
    assert WIDTH <= width < WIDTH + 20


def test_empty(sidebar: Sidebar, pictures: Path) -> None:
    sidebar.check()
    assert "Not connected" in sidebar.texts()
    sidebar.photograph(pictures / "empty.png")


def test_live(sidebar: Sidebar, endpoint: str, pictures: Path) -> None:
    _connect(sidebar, endpoint)
    sidebar.window.wait_for("any('Live' in t for t in watch.texts('LIVEMOCAP_PT_stream'))")
    _frame_people(sidebar)
    sidebar.check()
    assert "Person 3" in sidebar.texts()
    sidebar.photograph(pictures / "live.png")


def test_recording_and_the_take_that_is_listed(
    sidebar: Sidebar, endpoint: str, pictures: Path
) -> None:
    _connect(sidebar, endpoint)
    _record(sidebar, 2.0)
    sidebar.check()
    assert "Recording take.mcap" in sidebar.texts()
    sidebar.photograph(pictures / "recording.png")
    _stop_recording(sidebar)
    sidebar.check()
    assert "Recorded take.mcap" in sidebar.texts()
    sidebar.photograph(pictures / "takes.png")


def test_nobody_sends(sidebar: Sidebar, pictures: Path) -> None:
    sidebar.window.ask("bpy.context.window_manager.livemocap.address = 'tcp://127.0.0.1:9'")
    sidebar.press("livemocap.connect")
    time.sleep(1.0)
    sidebar.check()
    sidebar.photograph(pictures / "waiting.png")


def test_a_character_is_moved(sidebar: Sidebar, endpoint: str, pictures: Path) -> None:
    _connect(sidebar, endpoint)
    sidebar.window.ask(_CHARACTER.format(name="Hero"))
    sidebar.press("livemocap.rig_assign")
    sidebar.window.wait_for("any('Moved by' in t for t in watch.texts('LIVEMOCAP_PT_rig'))")
    _frame_people(sidebar)
    sidebar.check()
    sidebar.photograph(pictures / "rig.png")
