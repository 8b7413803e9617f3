"""Where people are put: one place for what is live and what is baked."""

from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import smooth_tracks

from blender_addon.stream.world import World
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from livemocap.take import TakeReader
from retarget.motion import motions_from_tracks

HALL = World(scale=1.3, floor_m=-0.4, facing=0.7)


def test_a_frame_is_turned_scaled_and_moved_as_a_whole() -> None:
    frame = smooth_tracks(5, people=(1, 2))[3]
    placed = HALL.frame(frame)
    c, s = np.cos(0.7), np.sin(0.7)
    turned = frame.joints @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T
    np.testing.assert_allclose(placed.joints, 1.3 * turned + [0, -0.4, 0], atol=1e-5)
    world = global_rotations(matrix_from_rotvec(placed.joint_rotvecs), SMPLX)
    joints = joint_positions(world, placed.rest_joints, placed.pelvis, SMPLX)
    np.testing.assert_allclose(joints, placed.joints, atol=1e-5)
    for now, before in ((placed, 1.3), (frame, 1.0)):
        seen = np.linalg.inv(now.T_world_cam.astype(float))
        in_camera = now.pelvis @ seen[:3, :3].T + seen[:3, 3]
        if before == 1.3:
            scaled = in_camera
    np.testing.assert_allclose(scaled, 1.3 * in_camera, atol=1e-4)
    assert World().frame(frame) is frame


def test_a_take_is_baked_where_it_was_shown_live() -> None:
    frames = smooth_tracks(8, people=(1,))
    (motion,) = motions_from_tracks(frames)
    (shown,) = motions_from_tracks(HALL.frame(frame) for frame in frames)
    np.testing.assert_allclose(HALL.motion(motion).joints(), shown.joints(), atol=1e-5)


def test_from_one_world_to_another_and_back() -> None:
    points = np.random.default_rng(1).normal(size=(7, 3))
    other = World(scale=0.5, floor_m=1.0, facing=-2.0)
    np.testing.assert_allclose(HALL.to(other)(HALL.points(points)), other.points(points))
    np.testing.assert_allclose(other.to(World())(other.points(points)), points, atol=1e-12)


@pytest.mark.blender
@needs_bpy
def test_stand_ins_and_characters_follow_the_panel_and_takes_do_not(
    tmp_path: Path,
) -> None:
    run_blender(
        """
    import sys
    from rigs_in_blender import *
    from live_in_blender import *
    from blender_addon.takes import recording
    from livemocap.take import TakeReader
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.delete()
    made = add_rig("Anna", naming="mixamo", placed=np.eye(4))
    bpy.ops.livemocap.test_stream()
    connection, shown = live.current(), []
    show = connection.poser.show
    connection.poser.show = lambda frames, now: (show(frames, now), shown.extend(frames))
    settings = bpy.context.window_manager.livemocap
    settings.takes_folder, settings.hide_stand_ins = sys.argv[1], False
    world = bpy.context.window_manager.livemocap_world
    assert not bpy.ops.livemocap.world_reset.poll()
    assign("Anna", 2)  # who stands on the spot
    tick_until(lambda: connection.targets.driven)
    for _ in range(3):
        tick_to_next(shown)
    plain, spot = shown[-1], hips_m("Anna", made)

    world.floor, world.facing = 0.5, 1.5708
    bpy.ops.livemocap.record_start()
    frame = tick_to_next(shown)
    tall = frame.rest_joints.copy()
    assert abs(frame.pelvis[1, 1] - plain.pelvis[1, 1] - 0.5) < 0.02
    assert worst_joint_mm(frame) < 0.1
    assert worst_limb_deg("Anna", made, frame, 2) < 0.2
    now = hips_m("Anna", made)
    assert np.abs(now - [-spot[1], spot[0], spot[2] + 0.5]).max() < 0.1, "it goes along"

    world.scale = 1.5
    tick_until(lambda: shown[-1].rest_joints[0, 15, 1] > 1.4 * tall[0, 15, 1])
    assert worst_joint_mm(tick_to_next(shown)) < 0.1
    assert worst_limb_deg("Anna", made, shown[-1], 2) < 0.2
    assert np.abs(hips_m("Anna", made)[:2] - 1.5 * now[:2]).max() < 0.15

    assert bpy.ops.livemocap.world_reset() == {"FINISHED"}
    tick_until(lambda: shown[-1].rest_joints[0, 15, 1] < 1.1 * tall[0, 15, 1])
    back = hips_m("Anna", made) - spot
    assert np.abs(back).max() < 0.1
    bpy.ops.livemocap.record_stop()
    bpy.ops.livemocap.disconnect()

    world.scale, world.floor, world.facing = 0.8, 0.3, -1.0
    path = recording.current().status().path
    bpy.ops.livemocap.bake_take(filepath=str(path), wait=True)
    select(bpy.data.objects["Anna"])
    bpy.ops.livemocap.bake_take(filepath=str(path), wait=True, to="SELECTED", people="2")
    bpy.context.scene.frame_set(bpy.context.scene.frame_start)
    first = next(iter(TakeReader(path).tracks()))
    x, y, z = (0.8 * first.pelvis[1]).tolist()
    c, s = np.cos(-1.0), np.sin(-1.0)
    wanted = [c * x + s * z, s * x - c * z, y + 0.3]
    body = bpy.data.objects["take person 2"]
    assert np.abs(np.array(body.pose.bones["pelvis"].head) - wanted).max() < 1e-3
    anna = hips_m("Anna", made)
    assert np.abs(anna[:2] - wanted[:2]).max() < 0.02
    assert abs(anna[2] - 0.3 - spot[2]) < 0.03, "on the floor, as large as it is"
    """,
        str(tmp_path),
    )
    (take,) = tmp_path.glob("*.mcap")
    for frame in TakeReader(take).tracks():
        assert 0.8 < frame.pelvis[1, 1] < 1.0, "as it came"


@pytest.mark.blender
@needs_bpy
def test_settings_of_the_stream_stay_when_another_file_is_opened(tmp_path: Path) -> None:
    run_blender(
        """
    import os, sys
    from live_in_blender import *
    manager = lambda: bpy.context.window_manager
    path = os.path.join(sys.argv[1], "other.blend")
    manager().livemocap.address = "tcp://127.0.0.1:1"
    bpy.ops.wm.save_as_mainfile(filepath=path)
    manager().livemocap_world.scale = 1.25
    manager().livemocap_export.custom_rate = "23.976"
    manager().livemocap.address = "tcp://127.0.0.1:2"
    manager().livemocap.take_name = ""
    for load in (
        lambda: bpy.ops.wm.open_mainfile(filepath=path),
        lambda: bpy.ops.wm.read_homefile(use_empty=True),
        lambda: bpy.ops.wm.open_mainfile(filepath=path, load_ui=False),
    ):
        load()
        assert manager().livemocap_world.scale == 1.25
        assert manager().livemocap_export.custom_rate == "23.976"
        assert manager().livemocap.address == "tcp://127.0.0.1:2"
        assert manager().livemocap.take_name == ""
    assert manager().livemocap_world.floor == 0.0
    """,
        str(tmp_path),
    )
