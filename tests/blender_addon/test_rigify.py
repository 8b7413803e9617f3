"""A rig that Blender's own Rigify makes: what its skin follows points as the person does."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

pytestmark = [pytest.mark.blender, needs_bpy]

_START = """
    import sys
    from types import SimpleNamespace
    from unittest.mock import MagicMock
    from live_in_blender import *
    import addon_utils
    from rigs_in_blender import *
    from rigs_in_blender import _angle_deg
    from blender_addon.panels.rig_panel import LIVEMOCAP_PT_rig
    from blender_addon.rigs.note import read_note
    from blender_addon.rigs.targets import Targets
    from livemocap.take_writer import TakeWriter
    from track_stream import frame_at
    from motion import smooth_tracks

    SKIN = {
        "shoulder": ("upper_arm", "forearm", "elbow"),
        "elbow": ("forearm", "hand", "wrist"),
        "hip": ("thigh", "shin", "knee"),
        "knee": ("shin", "foot", "ankle"),
    }

    def generated():
        bpy.ops.wm.read_homefile(use_empty=True)
        addon_utils.enable("rigify", default_set=True)
        bpy.ops.object.armature_basic_human_metarig_add()
        assert bpy.ops.pose.rigify_generate() == {"FINISHED"}
        rig = bpy.data.objects["rig"]
        bpy.data.objects.remove(bpy.data.objects["metarig"])
        select(rig)
        return rig

    def set_all(rig, name, value):
        for bone in rig.pose.bones:
            if name in bone:
                bone[name] = value
        rig.update_tag()

    def worst_skin_deg(rig, joints):
        bpy.context.view_layer.update()
        worst, joints = 0.0, blender_from_world(joints)
        for side, mark in (("left", "L"), ("right", "R")):
            for joint, (bone, below, child) in SKIN.items():
                at, end = (rig.pose.bones[f"DEF-{b}.{mark}"].head for b in (bone, below))
                ours = np.diff(joints[SMPLX.indices(f"{side}_{joint}", f"{side}_{child}")], axis=0)
                theirs = np.array(rig.matrix_world @ end - rig.matrix_world @ at)
                worst = max(worst, _angle_deg(theirs, ours[0]))
        return worst

    def panel():
        layout = MagicMock()
        LIVEMOCAP_PT_rig.draw(SimpleNamespace(layout=layout), bpy.context)
        labels = [c.kwargs.get("text") for c in layout.mock_calls if c[0].endswith("label")]
        return " ".join(" ".join(map(str, labels)).split())
"""


def test_live_its_skin_follows_whatever_its_limbs_turn_with_and_the_panel_says_what_to_set() -> (
    None
):
    run_blender(
        _START
        + """
    rig = generated()
    set_all(rig, "FK_limb_follow", 0.0)
    assign(rig.name, 1)
    assert "To move these limbs set IK_FK of" in panel()
    set_all(rig, "IK_FK", 1.0)
    assert "To move these limbs" not in panel()
    sequence = 0

    def worst():
        global sequence
        targets, found = Targets(), 0.0
        for _ in range(5):
            frame, sequence = frame_at(sequence), sequence + 40
            targets.show([frame], float(sequence))
            found = max(found, worst_skin_deg(rig, frame.joints[0]))
        assert not targets.troubles
        return found

    assert worst() < 0.1
    set_all(rig, "FK_limb_follow", 1.0)
    assert worst() > 1, "what moves what is known from before"
    assert "Its controls follow others than before" in panel()
    assert bpy.ops.livemocap.rig_detect() == {"FINISHED"}
    assert "Its controls follow" not in panel()
    assert worst() < 0.1
    """
    )


def test_baked_its_limbs_are_switched_by_keys_and_what_they_turn_with_now_counts(
    tmp_path: Path,
) -> None:
    run_blender(
        _START
        + """
    take = sys.argv[1] + "/take.mcap"
    frames = smooth_tracks(40, fps=20.0, people=(1,))
    writer = TakeWriter(__import__("pathlib").Path(take))
    for frame in frames:
        writer.write("track", frame)
    writer.close()
    rig = generated()
    assign(rig.name, 1)
    scene = bpy.context.scene
    scene.frame_start, scene.render.fps, scene.render.fps_base = 0, 20, 1.0
    switched = [bone for bone in rig.pose.bones if "IK_FK" in bone]
    for follow in (1.0, 0.0):
        set_all(rig, "FK_limb_follow", follow)
        set_all(rig, "IK_FK", 0.0)
        select(rig)
        how = {"to": "SELECTED", "rate": "TAKE", "wait": True}
        assert bpy.ops.livemocap.bake_take(filepath=take, **how) == {"FINISHED"}
        for key in (3, 17, 33):
            scene.frame_set(key)
            assert {bone["IK_FK"] for bone in switched} == {1.0}, "keyed with the take"
            off = worst_skin_deg(rig, frames[key].joints[0])
            assert off < 0.1, (follow, key, off)
    """,
        str(tmp_path),
    )


def test_rigs_that_are_too_heavy_together_are_left_to_their_stand_ins_until_asked_for() -> None:
    run_blender(
        _START
        + """
    from blender_addon.rigs import weight
    add_rig("Bare", naming="mixamo")
    for person, name in enumerate(("One", "Two"), 1):
        add_rig(name, naming="mixamo")
        for bone in bpy.data.objects[name].pose.bones:
            bone.constraints.new("LIMIT_SCALE")
    weight.MOST_CONSTRAINTS = 60
    for person, name in enumerate(("One", "Two", "Bare"), 1):
        assign(name, person)
    lives = lambda: [read_note(bpy.data.objects[n]).live for n in ("One", "Two", "Bare")]
    assert lives() == [True, False, True]
    objects = bpy.data.objects
    noted, objects["One"]["livemocap_rig"] = objects["One"]["livemocap_rig"], "nonsense"
    assert not weight.is_too_heavy(objects["Two"]), "who cannot be moved does not count"
    objects["One"]["livemocap_rig"] = noted
    select(bpy.data.objects["Two"])
    assert "Heavy beside the others" in panel() and "takes are baked to this rig" in panel()
    targets = Targets()
    targets.show([frame_at(0)], 0.0)
    assert targets.moving == {1, 3} and len(targets.driven) == 3, "its stand-in is seen"
    assert bpy.ops.livemocap.rig_live() == {"FINISHED"}
    assert lives() == [True, True, True] and "Heavy" not in panel()
    """
    )
