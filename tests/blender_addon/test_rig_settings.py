"""Each setting of the Rig panel in headless Blender: it changes what it says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import smooth_tracks

from livemocap.take_writer import TakeWriter

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import dataclasses, json, os, sys, tempfile
    from live_in_blender import *
    from rigs_in_blender import *
    from mathutils import Vector
    from motion import smooth_tracks
    from blender_addon.rigs.note import read_note
    from blender_addon.rigs.targets import Targets
    objects, context = bpy.data.objects, bpy.context
    frames = smooth_tracks(60)
    settings = context.scene.livemocap_rig

    def play(*frames):
        '''A character's pose after these frames of person 1, by bone.'''
        targets = Targets()
        for k, frame in enumerate(frames):
            targets.show([frame], 10 + 0.03 * k)
        context.view_layer.update()
        hero = objects["Hero"]
        return {b.name: (hero.matrix_world @ b.matrix).copy() for b in hero.pose.bones}

    def apart(a, b):
        '''Bones that are turned otherwise, in the space that moves them, and the largest move.'''
        parents = {b.name: b.parent.name if b.parent else "" for b in objects["Hero"].data.bones}
        def own(pose, name):
            above = pose.get(parents[name])
            return (above.inverted() @ pose[name] if above else pose[name]).to_quaternion()
        turned = {n for n in a if own(a, n).rotation_difference(own(b, n)).angle > 1e-3
                  and own(a, n).rotation_difference(own(b, n)).angle < 6.28}
        return turned, max((a[n].translation - b[n].translation).length for n in a)

    def hero(**how):
        made = add_rig("Hero", naming="ue4", **how)
        assign("Hero", 1)
        return made
"""


def _run(code: str, *args: str) -> str:
    return run_blender(_START + code, *args)


def test_settings_are_kept_with_the_file_and_undone() -> None:
    _run("""
    hero()
    before = read_note(objects["Hero"]).settings
    bpy.ops.ed.undo_push(message="before")
    chosen = {"scale_by": "CUSTOM", "custom_scale": 1.5, "floor_m": 0.25, "flat_feet": False,
              "heading": True, "smooth": True, "cutoff_hz": 2.5, "speed_coefficient": 0.25,
              "fingers": False, "finger_gain": 0.5, "face": False, "face_mesh": "Head",
              "jaw_gain": 2.0, "expression_gain": 0.75, "foot_lock": 0.5}
    for name, value in chosen.items():
        setattr(settings, name, value)
    bpy.ops.ed.undo_push(message="after")

    def as_chosen():
        now = bpy.context.scene.livemocap_rig
        return {name: getattr(now, name) for name in chosen}

    assert as_chosen() == chosen, as_chosen()
    path = os.path.join(tempfile.mkdtemp(), "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert as_chosen() == chosen, as_chosen()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert as_chosen()["custom_scale"] == 1.0, "nobody is chosen"
    setattr(bpy.context.scene.livemocap_rig, "fingers", False)
    hero()
    bpy.context.scene.livemocap_rig.custom_scale = 1e9
    assert bpy.context.scene.livemocap_rig.custom_scale == 100, "as far as it goes"
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.livemocap_rig.fingers = False
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    assert bpy.context.scene.livemocap_rig.fingers
    """)


def test_fingers_are_left_alone_or_bend_more_and_nothing_else_changes() -> None:
    _run("""
    made = hero(rest="A", axes="random")
    fingers = {bone for joint, bone in made.bones.items() if joint[-1] in "123" and "_" in joint}
    settings.foot_lock = 0.0
    as_it_was = play(frames[20])
    rig = objects["Hero"]
    for bone in rig.pose.bones:
        bone.matrix_basis = Matrix()
    settings.fingers = False
    turned, away = apart(as_it_was, play(frames[20]))
    assert turned == fingers, turned ^ fingers
    assert all(rig.pose.bones[bone].rotation_quaternion[0] == 1 for bone in fingers)
    settings.fingers = True
    assert not apart(as_it_was, play(frames[20]))[0]
    settings.finger_gain = 0.0
    flat = play(frames[20])
    assert apart(as_it_was, flat)[0] == fingers
    settings.finger_gain = 0.5
    half = play(frames[20])
    tip = made.bones["left_index3"]
    palm = made.bones["left_wrist"]
    bends = [(p[palm].inverted() @ p[tip]).to_quaternion() for p in (flat, half, as_it_was)]
    angles = [bends[0].rotation_difference(bend).angle for bend in bends[1:]]
    assert 0.3 * angles[1] < angles[0] < 0.7 * angles[1], angles
    """)


def test_the_way_is_scaled_and_poses_stay_the_same() -> None:
    _run("""
    hero(scale=1.4)
    settings.foot_lock = 0.0

    def way(scale_by, factor=1.0):
        settings.scale_by, settings.custom_scale = scale_by, factor
        start, end = play(frames[0]), play(frames[0], frames[40])
        moved = end["pelvis"].translation - start["pelvis"].translation
        return (moved.x ** 2 + moved.y ** 2) ** 0.5, moved.z, end

    person = frames[40].pelvis[0] - frames[0].pelvis[0]
    far = float(np.hypot(person[0], person[2]))
    one, up, pose = way("ONE")
    auto, same_up, same_pose = way("LEGS")
    assert abs(one - far) < 0.15 * far < abs(auto - far), (one, auto, far)
    assert abs(up - same_up) < 1e-3 and not apart(pose, same_pose)[0]
    assert abs(way("CUSTOM", 2.0)[0] - 2 * one) < 0.05 * one
    """)


def test_smoothing_calms_the_pose_and_off_leaves_it_exact() -> None:
    _run("""
    hero()
    settings.foot_lock = 0.0
    rng = np.random.default_rng(1)

    def shaken():
        still = frames[0]
        for k in range(40):
            shakes = rng.normal(0, 0.03, still.joint_rotvecs.shape).astype(np.float32)
            yield dataclasses.replace(still, joint_rotvecs=still.joint_rotvecs + shakes,
                                      sequence=k, t_capture_ns=round(k * 1e9 / 30))

    calm, trembling = play(frames[0]), list(shaken())

    def off(pose):
        turned = [(calm[n].to_quaternion(), pose[n].to_quaternion()) for n in pose]
        return sum(one.rotation_difference(other).angle for one, other in turned)

    loud = off(play(*trembling))
    settings.smooth, settings.cutoff_hz, settings.speed_coefficient = True, 0.5, 0.0
    assert off(play(*trembling)) < 0.4 * loud
    settings.smooth = False
    assert abs(off(play(*trembling)) - loud) < 1e-6
    """)


def test_the_root_bone_faces_as_the_character_does_and_goes_home_again() -> None:
    _run("""
    made = hero(rest="A", axes="random", extras=("root",))
    rig = objects["Hero"]
    root = rig.pose.bones["root_bone"]
    root.rotation_mode = "XZY"
    assert bpy.ops.livemocap.rig_root(root="ROOT_BONE") == {"FINISHED"}
    still = play(frames[40])
    assert list(root.rotation_euler) == [0, 0, 0]
    settings.heading = True
    turning = play(frames[40])
    moved = {n for n in still if n != "root_bone"
             and (still[n] - turning[n]).to_translation().length > 1e-4}
    assert not moved, moved
    both = [(still[n].to_quaternion(), turning[n].to_quaternion()) for n in made.bones.values()]
    assert min(abs(one.dot(other)) for one, other in both) > 1 - 1e-6
    face = lambda pose, bone: pose[bone].to_quaternion() @ rest[bone].to_quaternion().inverted()
    rest = {b.name: rig.matrix_world @ b.matrix_local for b in rig.data.bones}
    forward = Vector((0, -1, 0))
    turned = face(turning, "root_bone") @ forward
    hips = face(turning, made.bones["pelvis"]) @ forward
    assert turned.xy.angle(hips.xy) < 0.4 and abs(turned.xy.angle(forward.xy)) > 0.5
    settings.heading = False
    assert list(root.rotation_euler) == [0, 0, 0]
    settings.heading = True
    play(frames[40])
    assert bpy.ops.livemocap.rig_root(root="HIPS") == {"FINISHED"}
    assert list(root.rotation_euler) == [0, 0, 0] and list(root.location) == [0, 0, 0]
    """)


_FACES = """
    def face(name, shapes, parent):
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
        head = objects.new(name, mesh)
        context.scene.collection.objects.link(head)
        head.parent = parent
        for shape in ("Basis", *shapes):
            block = head.shape_key_add(name=shape)
            block.value = 0.25
        head.data.shape_keys.key_blocks[-1].data[0].co.z = 1
        return head

    def keys(name):
        return {b.name: b.value for b in objects[name].data.shape_keys.key_blocks}

    def with_face(frame, open_rad, expression=None):
        rotvecs = frame.joint_rotvecs.copy()
        rotvecs[:, 22] = [open_rad, 0, 0]
        faces = np.zeros((len(rotvecs), 10), np.float32)
        if expression is not None:
            faces[:] = expression
        return dataclasses.replace(frame, joint_rotvecs=rotvecs, expression=faces)
"""


def test_shape_keys_follow_the_jaw_and_expressions_and_others_stay() -> None:
    _run(
        _FACES
        + """
    hero()
    rig = objects["Hero"]
    face("Head", ("jawOpen", "mine", "mouthLowerDownLeft"), rig)
    face("Exact", ("Exp000", "Exp003", "Fat"), rig)
    face("Box", ("jawOpen",), None)
    for name in ("Exp000", "Exp003"):
        objects["Exact"].data.shape_keys.key_blocks[name].slider_min = -5
        objects["Exact"].data.shape_keys.key_blocks[name].slider_max = 5
    select(rig)
    coefficients = np.array([2.0, 0, 0, -1.5, 0, 0, 0, 0, 0, 0])
    play(with_face(frames[0], 0.2, coefficients))
    head, exact = keys("Head"), keys("Exact")
    assert abs(head["jawOpen"] - 0.46) < 0.01 and abs(head["mouthLowerDownLeft"] - 0.24) < 1e-3
    assert abs(exact["Exp000"] - 2) < 1e-5 and abs(exact["Exp003"] + 1.5) < 1e-5
    assert (head["mine"], exact["Fat"], keys("Box")["jawOpen"]) == (0.25, 0.25, 0.25)
    shown = objects["Head"].evaluated_get(context.evaluated_depsgraph_get())
    assert abs(shown.data.vertices[0].co.z - 0.24) < 0.01, "and it is seen"
    play(with_face(frames[0], 0.2))
    assert keys("Head")["mouthLowerDownLeft"] == 0 and abs(keys("Head")["jawOpen"] - 0.46) < 0.01
    settings.jaw_gain, settings.expression_gain = 2.0, 0.5
    play(with_face(frames[0], 0.2, coefficients))
    assert abs(keys("Head")["jawOpen"] - 0.92) < 0.01 and abs(keys("Exact")["Exp000"] - 1) < 1e-5
    settings.face_mesh = "Exact"
    play(with_face(frames[0], 0.0, 0 * coefficients))
    assert abs(keys("Head")["jawOpen"] - 0.92) < 0.01 and keys("Exact")["Exp000"] == 0
    settings.face_mesh, settings.face = "", False
    play(with_face(frames[0], 0.0, coefficients))
    assert abs(keys("Head")["jawOpen"] - 0.92) < 0.01 and keys("Exact")["Exp000"] == 0
    settings.face = True
    targets = Targets()
    targets.show([with_face(frames[0], 0.2)], 1.0)
    objects["Head"].shape_key_add(name="new")
    bpy.data.objects.remove(objects["Exact"])
    targets.show([with_face(frames[1], 0.0)], 1.1)
    targets.look_again()
    bpy.ops.livemocap.rig_remove()
    play(with_face(frames[0], 0.0))
    assert keys("Head")["mine"] == 0.25, "what was never ours is as it was"
    """
    )


def test_a_jaw_with_a_bone_opens_by_that_alone() -> None:
    _run(
        _FACES
        + """
    made = hero()
    rig = objects["Hero"]
    face("Head", ("jawOpen", "mouthLowerDownLeft"), rig)
    select(rig)
    rows = bpy.context.window_manager.livemocap_joints
    rows.active = [row.name for row in rows.joints].index("jaw")
    before = play(with_face(frames[0], 0.3))
    assert keys("Head")["jawOpen"] > 0.6
    settings.bone = made.bones["left_thumb3"]
    objects["Head"].data.shape_keys.key_blocks["jawOpen"].value = 0.25
    turned, _ = apart(before, play(with_face(frames[0], 0.3)))
    assert keys("Head")["jawOpen"] == 0.25 and made.bones["left_thumb3"] in turned
    """
    )


def test_a_bake_moves_faces_hands_and_smooths_as_it_is_set(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "take.mcap")
    for frame in smooth_tracks(40, people=(1,)):
        frame.joint_rotvecs[:, 22] = [frame.t_capture_ns * 1e-9 / 4, 0, 0]
        frame.expression[:] = np.arange(10) * frame.t_capture_ns * 1e-9
        writer.write("track", frame)
    writer.close()
    _run(
        _FACES
        + """
    made = hero(extras=("root",))
    rig = objects["Hero"]
    face("Head", ("jawOpen", "mine"), rig)
    face("Exact", ("Exp001", "Exp002"), rig)
    head_keys = objects["Head"].data.shape_keys
    old = bpy.data.actions.new("theirs")
    head_keys.animation_data_create().action = old
    objects["Exact"].data.shape_keys.key_blocks["Exp002"].slider_max = 5
    scene = context.scene
    scene.frame_start, scene.render.fps = 1, 30
    settings.fingers, settings.expression_gain = False, 0.5
    select(rig)

    def bake():
        path = os.path.join(sys.argv[1], "take.mcap")
        assert bpy.ops.livemocap.bake_take(filepath=path, to="SELECTED", wait=True) == {"FINISHED"}

    bake()
    scene.frame_set(31)
    assert abs(keys("Head")["jawOpen"] - 2.3 / 4) < 1e-3 and keys("Head")["mine"] == 0.25
    assert abs(keys("Exact")["Exp001"] - 0.5) < 1e-3, keys("Exact")
    assert abs(keys("Exact")["Exp002"] - 1.0) < 1e-3
    assert old.use_fake_user and head_keys.animation_data.action != old
    finger = rig.pose.bones[made.bones["left_index2"]]
    assert list(finger.rotation_quaternion) == [1, 0, 0, 0]
    bpy.ops.livemocap.rig_root(root="ROOT_BONE")
    bake()
    scene.frame_set(31)
    elbow = rig.pose.bones[made.bones["left_elbow"]].matrix.copy()
    settings.heading = True
    bake()
    scene.frame_set(31)
    again = rig.pose.bones[made.bones["left_elbow"]].matrix
    assert np.abs(np.array(again) - np.array(elbow)).max() < 1e-3 * rig.dimensions.length + 1e-3
    assert abs(rig.pose.bones["root_bone"].rotation_quaternion[0]) < 0.95
    plain = np.array(rig.pose.bones[made.bones["left_elbow"]].rotation_quaternion)
    settings.smooth, settings.cutoff_hz, settings.speed_coefficient = True, 0.3, 0.0
    bake()
    scene.frame_set(31)
    smooth = np.array(rig.pose.bones[made.bones["left_elbow"]].rotation_quaternion)
    assert abs(smooth @ plain) < 0.9999
    """,
        str(tmp_path),
    )
