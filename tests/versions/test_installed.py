"""The add-on's zip in the Blender at hand: `make test-blender` does this with one after another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from blender_process import blender_command, blender_environment, needs_bpy

from livemocap.cli.build_addon import build_addon
from livemocap.cli.main import main

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys, threading, time
    threads = threading.active_count()
    from installed_in_blender import PACKAGE
    from live_in_blender import *
    from rigs_in_blender import *
    from blender_addon.takes import recording
    assert live.__name__ == PACKAGE + ".stream.live"
    endpoint, folder = sys.argv[1:3]

    def settings():
        return bpy.context.window_manager.livemocap

    def go_live():
        settings().hide_stand_ins = False
        shown = connect(endpoint)
        tick_until(lambda: shown and len(shown[-1].track_ids) == 3)
        return shown

    def record(shown, seconds=1.0):
        settings().takes_folder = folder
        assert bpy.ops.livemocap.record_start() == {"FINISHED"}
        while recording.current().status().elapsed_s < seconds:
            tick_to_next(shown)
        assert bpy.ops.livemocap.record_stop() == {"FINISHED"}
        return recording.current().status().path
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Where people walk about."""
    script = Path(__file__).parents[1] / "track_stream.py"
    command = [sys.executable, str(script), "tcp://127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def addon_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_addon(tmp_path_factory.mktemp("zip"))


class Installed:
    """Runs code in a Blender that has nothing but the zip."""

    def __init__(self, addon_zip: Path, endpoint: str, folder: Path) -> None:
        self.takes = folder / "takes"
        self._arguments = str(addon_zip), endpoint, str(self.takes)
        self._environment = blender_environment({"BLENDER_USER_RESOURCES": str(folder / "user")})

    def run(self, code: str) -> str:
        done = subprocess.run(
            blender_command(_START + code, *self._arguments),
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout


@pytest.fixture
def installed(addon_zip: Path, endpoint: str, tmp_path: Path) -> Installed:
    return Installed(addon_zip, endpoint, tmp_path)


def test_enabling_and_disabling_under_a_stream_leaves_no_thread_and_no_class(
    installed: Installed,
) -> None:
    installed.run("""
    for round in range(10):
        go_live()
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        assert threading.active_count() == threads, threading.enumerate()
        assert not [name for name in dir(bpy.types) if name.startswith("LIVEMOCAP_")]
        assert not hasattr(bpy.types.WindowManager, "livemocap")
        bpy.ops.preferences.addon_enable(module=PACKAGE)
    """)


def test_people_and_a_character_follow_the_stream_and_the_rig_is_left_as_it_was(
    installed: Installed,
) -> None:
    installed.run("""
    made = add_rig("Hero", naming="ue4", rest="A", axes="random")
    before = untouched("Hero")
    shown = go_live()
    assign("Hero", 1)
    tick_to_next(shown)
    assert worst_joint_mm(shown[-1]) < 0.1
    assert worst_limb_deg("Hero", made, shown[-1], 1) < 0.1
    assert untouched("Hero") == before
    """)


def test_undo_redo_and_another_file_while_live_leave_the_people_moving(
    installed: Installed,
) -> None:
    installed.run("""
    made = add_rig("Hero", naming="mixamo")
    shown = go_live()
    assign("Hero", 1)
    bpy.ops.ed.undo_push(message="begun")
    for round in range(10):
        tick_to_next(shown)
        bpy.ops.object.empty_add()
        bpy.ops.ed.undo_push(message="more")
        tick_to_next(shown)
        bpy.ops.ed.undo()
        tick_to_next(shown)
        bpy.ops.ed.redo()
        frame = tick_to_next(shown)
        assert worst_joint_mm(frame) < 0.1
        assert worst_limb_deg("Hero", made, frame, 1) < 0.1
    bpy.ops.wm.read_homefile(use_empty=True)
    tick_to_next(shown)
    assert worst_joint_mm(tick_to_next(shown)) < 0.1
    """)


def test_a_recording_verifies_and_is_baked_into_slots_or_an_action_for_each_actor(
    installed: Installed,
) -> None:
    installed.run("""
    from action_curves import HAS_SLOTS, moving_curves
    made = add_rig("Hero", naming="vrm")
    fps = bpy.context.scene.render.fps
    shown = go_live()
    path = record(shown)
    bpy.ops.livemocap.disconnect()
    before = untouched("Hero")
    bpy.ops.ed.undo_push(message="recorded")
    assert bpy.ops.livemocap.bake_take(filepath=str(path), wait=True) == {"FINISHED"}
    people = [bpy.data.objects[f"take person {n}"] for n in (1, 2, 3)]
    actions = {person.animation_data.action for person in people}
    assert len(actions) == (1 if HAS_SLOTS else 3)
    assert {len(moving_curves(person)) for person in people} == {3 + 4 * 55}
    bpy.ops.ed.undo()
    assert not bpy.data.actions and untouched("Hero") == before

    select(bpy.data.objects["Hero"])
    how = dict(to="SELECTED", people="1", wait=True)
    assert bpy.ops.livemocap.bake_take(filepath=str(path), **how) == {"FINISHED"}
    hero = bpy.data.objects["Hero"]
    poses = set()
    for frame in (3, 13):
        bpy.context.scene.frame_set(frame)
        poses.add(repr([list(bone.matrix.row[0]) for bone in hero.pose.bones]))
    assert len(poses) == 2, "it does not move"
    assert bpy.context.scene.render.fps == fps
    """)
    (take,) = installed.takes.glob("*.mcap")
    assert main(["take", "verify", str(take)]) == 0
