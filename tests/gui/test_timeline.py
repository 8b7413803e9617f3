"""Playing the timeline of a real window: headless Blender does not play."""

from __future__ import annotations

import time

from gui.sidebar import Sidebar
from gui.states import bake, go_live, only_take, recorded, setting

from livemocap.cli.main import main
from livemocap.take import TakeReader

_SCENE = """
    scene = bpy.context.scene
    [scene.render.fps, scene.render.fps_base, scene.frame_start, scene.frame_end]
"""

_PLAYS = "bpy.context.screen.is_animation_playing"

_POSES = """
    [
        [round(x, 4) for x in o.matrix_world @ o.pose.bones["left_wrist"].head]
        for o in bpy.data.objects if o.animation_data
    ]
"""


def _press_space(sidebar: Sidebar, plays: bool) -> None:
    """With the mouse over the 3D view; until Blender plays, or plays no more."""
    sidebar.window.point(200, 1200)
    sidebar.window.key("space")
    sidebar.window.wait_for(f"{_PLAYS} is {plays}")


def test_a_take_begins_and_ends_as_the_timeline_plays_and_stops(sidebar: Sidebar) -> None:
    before = sidebar.window.ask(_SCENE)
    sidebar.window.ask("bpy.context.scene.frame_set(42)")
    go_live(sidebar)
    setting(sidebar, "follow_timeline", True)
    _press_space(sidebar, True)
    sidebar.window.wait_for("'Recording take' in ' '.join(watch.texts('LIVEMOCAP_PT_record'))")
    time.sleep(2.0)
    _press_space(sidebar, False)
    sidebar.window.wait_for("'Recorded take' in ' '.join(watch.texts('LIVEMOCAP_PT_record'))")
    sidebar.check()
    only_take(sidebar)
    assert sidebar.window.ask(_SCENE) == before
    (take,) = (sidebar.window.folder / "takes").iterdir()
    assert main(["take", "verify", str(take)]) == 0
    assert TakeReader(take).metadata()["recording"]["scene_frame"] == "42"
    assert len(list(TakeReader(take).tracks())) > 20


def test_a_baked_take_plays_along_and_nothing_more_is_recorded(sidebar: Sidebar) -> None:
    bake(sidebar, recorded(sidebar))
    setting(sidebar, "follow_timeline", True)  # but nothing is connected
    sidebar.window.ask("bpy.context.scene.frame_set(1)")
    first = sidebar.window.ask(_POSES)
    assert len(first) == 2
    _press_space(sidebar, True)
    sidebar.window.wait_for("bpy.context.scene.frame_current > 20")
    _press_space(sidebar, False)
    later = sidebar.window.ask(_POSES)
    assert all(a != b for a, b in zip(first, later, strict=True))
    sidebar.check()
    assert len(list((sidebar.window.folder / "takes").iterdir())) == 1
