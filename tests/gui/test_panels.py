"""Every panel in a real window: no error, no clipped text, in each state that users meet."""

from __future__ import annotations

import time
from pathlib import Path

from gui.sidebar import WIDTH, Sidebar
from gui.states import add_character, go_live, only_take, recorded, setting

from livemocap.cli.main import main


def test_panels_are_as_wide_as_by_default(sidebar: Sidebar) -> None:
    _, _, width, _ = sidebar.place()
    assert WIDTH <= width < WIDTH + 20


def test_empty(sidebar: Sidebar, pictures: Path) -> None:
    sidebar.check()
    texts = sidebar.texts()
    assert "Not connected" in texts
    assert "Nobody" in texts
    sidebar.photograph(pictures / "empty.png")


def test_live(sidebar: Sidebar, endpoint: str, pictures: Path) -> None:
    sidebar.window.ask(f"bpy.context.window_manager.livemocap.address = {endpoint!r}")
    sidebar.press("livemocap.connect")
    sidebar.window.wait_for("any('Live' in t for t in watch.texts('LIVEMOCAP_PT_stream'))")
    sidebar.window.wait_for("len(bpy.context.window_manager.livemocap_people.rows) == 3")
    sidebar.check()
    assert "Person 1, seen now" in sidebar.texts()
    sidebar.photograph(pictures / "live.png", "Stream", "People")


def test_nobody_sends(sidebar: Sidebar, pictures: Path) -> None:
    sidebar.window.ask("bpy.context.window_manager.livemocap.address = 'tcp://127.0.0.1:9'")
    sidebar.window.ask("bpy.ops.livemocap.connect()")
    sidebar.window.wait_for("'nobody sends' in ' '.join(watch.texts('LIVEMOCAP_PT_stream'))")
    sidebar.check()
    sidebar.photograph(pictures / "waiting.png", "Stream")


def test_another_machine_while_online_access_is_off(sidebar: Sidebar, pictures: Path) -> None:
    sidebar.window.ask(
        """
        bpy.context.window_manager.livemocap.address = "tcp://192.0.2.1:47820"
        try:
            bpy.ops.livemocap.connect()
        except RuntimeError:
            pass
        """
    )
    sidebar.check()
    assert "online access is off" in sidebar.texts().replace(" | ", " ")
    sidebar.photograph(pictures / "offline.png", "Stream")


def test_a_character_is_moved(sidebar: Sidebar, pictures: Path) -> None:
    go_live(sidebar)
    add_character(sidebar, "Hero")
    sidebar.press("livemocap.rig_assign")
    sidebar.window.wait_for("any('Moved by' in t for t in watch.texts('LIVEMOCAP_PT_rig'))")
    sidebar.check()
    assert "55 of 55" in sidebar.texts()
    sidebar.photograph(pictures / "rig.png", "People", "Rig")


def test_recording_and_the_take_that_is_listed(sidebar: Sidebar, pictures: Path) -> None:
    go_live(sidebar)
    sidebar.press("livemocap.record_start")
    time.sleep(3.0)
    sidebar.check()
    assert "Recording take.mcap" in sidebar.texts()
    sidebar.photograph(pictures / "recording.png", "Record")
    sidebar.press("livemocap.record_stop")
    only_take(sidebar)
    sidebar.check()
    assert "Recorded take.mcap" in sidebar.texts()
    assert "2 people" in sidebar.texts("LIVEMOCAP_PT_takes")
    sidebar.photograph(pictures / "takes.png", "Record", "Takes")
    assert main(["take", "verify", str(sidebar.window.folder / "takes" / "take.mcap")]) == 0


def test_a_countdown_comes_before_the_recording(sidebar: Sidebar, pictures: Path) -> None:
    go_live(sidebar)
    setting(sidebar, "countdown_s", 10)
    sidebar.window.ask(
        """
        bpy.ops.livemocap.record_start()
        starting = sys.modules["bl_ext.user_default.livemocap.takes.starting"]
        panel = sys.modules["bl_ext.user_default.livemocap.panels.record_panel"]
        pressed_s, clock = panel.time.monotonic(), panel.time
        class Stopped:
            monotonic = staticmethod(lambda: pressed_s + 3.0)
        panel.time = Stopped
        bpy.app.timers.unregister(starting._on_timer)  # it begins when the picture is taken
        """
    )
    sidebar.check()
    assert "Recording begins in 7 s" in sidebar.texts("LIVEMOCAP_PT_record")
    sidebar.photograph(pictures / "countdown.png", "Record")
    assert not list((sidebar.window.folder / "takes").iterdir())
    sidebar.window.ask("panel.time = clock\nbpy.app.timers.register(starting._on_timer)")
    sidebar.window.wait_for("'Recording take' in ' '.join(watch.texts('LIVEMOCAP_PT_record'))")
    sidebar.press("livemocap.record_stop")
    only_take(sidebar)


def test_nothing_can_be_recorded_beside_a_file_without_a_place(
    sidebar: Sidebar, pictures: Path
) -> None:
    go_live(sidebar)
    sidebar.window.ask(
        """
        bpy.context.window_manager.livemocap.takes_folder = "//takes"
        try:
            bpy.ops.livemocap.record_start()
        except RuntimeError:
            pass
        """
    )
    sidebar.check()
    assert "save the file" in sidebar.texts().replace(" | ", " ")
    sidebar.photograph(pictures / "refused.png", "Record")


def test_baking_and_exporting(sidebar: Sidebar, pictures: Path) -> None:
    take = recorded(sidebar)
    sidebar.window.ask(
        f"""
        baking = sys.modules["bl_ext.user_default.livemocap.takes.baking"]
        bpy.ops.livemocap.bake_take(filepath={take!r})
        bpy.app.timers.unregister(baking._job.on_timer)
        while baking.current().progress < 0.4:
            baking.tick(0.0)
        """
    )
    sidebar.check()
    assert "Baking take" in sidebar.texts()
    sidebar.photograph(pictures / "baking.png", "Takes")
    sidebar.window.ask("bpy.app.timers.register(baking._job.on_timer)")
    sidebar.window.wait_for("'Baked take' in ' '.join(watch.texts('LIVEMOCAP_PT_takes'))")
    sidebar.check()
    sidebar.window.ask(
        """
        bpy.ops.object.select_all(action="DESELECT")
        for each in bpy.data.objects:
            each.select_set(each.animation_data is not None)
        bpy.ops.livemocap.export()
        exporting = sys.modules["bl_ext.user_default.livemocap.export.exporting"]
        bpy.app.timers.unregister(exporting._job.on_timer)
        while exporting.current().progress < 0.4:
            exporting.tick(0.0)
        """
    )
    sidebar.check()
    assert "Exporting" in sidebar.texts("LIVEMOCAP_PT_export")
    sidebar.photograph(pictures / "exporting.png", "Export")
    sidebar.window.ask("bpy.app.timers.register(exporting._job.on_timer)")
    sidebar.window.wait_for("'worst joint' in ' '.join(watch.texts('LIVEMOCAP_PT_export'))")
    sidebar.check()
    sidebar.photograph(pictures / "exported.png", "Takes", "Export")


def test_an_export_beside_a_file_without_a_place(sidebar: Sidebar) -> None:
    add_character(sidebar, "Hero")
    sidebar.window.ask(
        """
        bpy.context.window_manager.livemocap_export.folder = "//export"
        try:
            bpy.ops.livemocap.export()
        except RuntimeError:
            pass
        """
    )
    sidebar.check()
    assert "save the file" in sidebar.texts().replace(" | ", " ")
