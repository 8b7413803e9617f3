"""Controls that constraints carry: what turns them is found by turning it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import rest_joints, smooth_motion

from livemocap.rotation import matrix_from_quat, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.rigs.armature_file import load_armatures

pytestmark = [pytest.mark.blender, needs_bpy]
RIGIFY = Path(__file__).parents[3] / "shared" / "rigs" / "rigify_human_b42.blend"

_MADE = """
import json
import bpy
from blender_addon.rigs.parent_probe import probe_parents
bpy.ops.wm.read_factory_settings(use_empty=True)
data = bpy.data.armatures.new("Rig")
rig = bpy.data.objects.new("Rig", data)
bpy.context.scene.collection.objects.link(rig)
bpy.context.view_layer.objects.active = rig
bpy.ops.object.mode_set(mode="EDIT")
for name, parent, head, tail in (
    ("hips", None, (0, 0, 1), (0, 0.1, 1.2)),
    ("chest", "hips", (0, 0, 1.2), (0, 0, 1.5)),
    ("carried", None, (0, 0, 1.2), (0, 0, 1.5)),
    ("arm", "carried", (0.2, 0, 1.4), (0.5, 0, 1.4)),
    ("hand", "arm", (0.5, 0, 1.4), (0.6, 0, 1.4)),
    ("level", "chest", (-0.2, 0, 1.4), (-0.5, 0, 1.4)),
    ("half", "hips", (0, 0, 1.2), (0, 0, 1.5)),
    ("neck", "half", (0, 0, 1.5), (0, 0, 1.6)),
):
    bone = data.edit_bones.new(name)
    bone.head, bone.tail = head, tail
    bone.parent = data.edit_bones[parent] if parent else None
bpy.ops.object.mode_set(mode="OBJECT")
data.bones["level"].use_inherit_rotation = False
bones = rig.pose.bones
for name, kind, influence in (("carried", "COPY_TRANSFORMS", 1), ("half", "COPY_ROTATION", 0.5)):
    constraint = bones[name].constraints.new(kind)
    constraint.target, constraint.subtarget, constraint.influence = rig, "chest", influence
bones["arm"].rotation_mode = "XYZ"
bones["arm"].rotation_euler = (0.1, 0.2, 0.3)
bones["chest"].rotation_quaternion = (0.8, 0, 0.6, 0)
bones["hips"].location = (1, 2, 3)
bones["hips"].scale = (1.5, 1, 1)
bpy.context.view_layer.update()

def values():
    channels = ("location", "rotation_quaternion", "rotation_euler", "scale", "matrix")
    return [(b.name, b.rotation_mode, *(repr(getattr(b, c)[:]) for c in channels)) for b in bones]

before = values()
found = probe_parents(rig, ["hips", "chest", "arm", "hand", "level", "neck"])
print(json.dumps([found.parents, found.partly, values() == before]))
"""


def test_the_bone_that_turns_a_control_is_found_through_constraints() -> None:
    parents, partly, untouched = json.loads(run_blender(_MADE).splitlines()[-1])
    assert parents == {
        "hips": None,
        "chest": "hips",
        "arm": "chest",  # its own parent has none, and copies the chest
        "hand": "arm",
        "level": None,  # inherits no rotation
        "neck": "hips",
    }
    assert partly == {"neck": ["chest"]}
    assert untouched


_RIGIFY = """
import sys
from pathlib import Path
import bpy
from motion import rest_joints, smooth_motion
from blender_addon.rigs.parent_probe import probe_parents
from blender_addon.headless.rig_import import import_armatures
from blender_addon.rigs.reader import posed_skeleton, rest_skeleton
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures
from retarget.rigs.mapping import map_joints
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.solve import fit, solve
source, target, frames = sys.argv[1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
(shown,) = import_armatures(Path(source))
bones, skeleton, found = shown.pose.bones, rest_skeleton(shown), []
joint_map, motion = map_joints(skeleton), smooth_motion(int(frames), fps=3.0, seed=4)
for follow in (0.0, 1.0):
    for bone in bones:
        for name, value in (("IK_FK", 1.0), ("FK_limb_follow", follow)):
            if name in bone:
                bone[name] = value
    shown.update_tag()
    parents = probe_parents(shown, Rig.of(skeleton, joint_map).bones).parents
    rig = Rig.of(skeleton, joint_map, RigOptions(flat_feet=False), parents=parents)
    pose = solve(fit(rig, rest_joints()), motion.local_wxyz, motion.pelvis)
    for turns, moved in zip(pose.rotations_wxyz, pose.hips_m):
        for name, turn in zip(rig.bones, turns):
            bones[name].rotation_mode = "QUATERNION"
            bones[name].rotation_quaternion = turn
        bones[skeleton.names[rig.hips_row]].location = moved
        bpy.context.view_layer.update()
        found.append(Armature(name=str(follow), skeleton=posed_skeleton(shown)))
save_armatures(Path(target), found)
"""
_DEFORMING = {
    "shoulder": ("upper_arm", "forearm", "elbow"),
    "elbow": ("forearm", "hand", "wrist"),
    "hip": ("thigh", "shin", "knee"),
    "knee": ("shin", "foot", "ankle"),
    "ankle": ("foot", "toe", "foot"),
    "index1": ("f_index.01", "f_index.02", "index2"),
    "pinky2": ("f_pinky.02", "f_pinky.03", "pinky3"),
}


@pytest.mark.skipif(not RIGIFY.is_file(), reason="needs the folder ../shared/rigs")
def test_the_skin_of_a_rigify_rig_follows_the_actor_whatever_its_limbs_follow(tmp_path) -> None:
    frames = 4
    run_blender(_RIGIFY, str(RIGIFY), str(tmp_path / "posed.npz"), str(frames), timeout_s=170)
    motion = smooth_motion(frames, fps=3.0, seed=4)
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    actor = joint_positions(world, rest_joints(), motion.pelvis, SMPLX)
    posed = [(a.name, a.skeleton) for a in load_armatures(tmp_path / "posed.npz")]
    assert [name for name, _ in posed] == ["0.0"] * frames + ["1.0"] * frames
    for n, (name, skeleton) in enumerate(posed):
        for side, mark in (("left", "L"), ("right", "R")):
            for joint, (bone, below, child) in _DEFORMING.items():
                rows = [skeleton.rows[f"DEF-{b}.{mark}"] for b in (bone, below)]
                joints = SMPLX.indices(f"{side}_{joint}", f"{side}_{child}")
                theirs = normalize(np.diff(skeleton.heads[rows], axis=0)[0])
                ours = normalize(np.diff(actor[n % frames, joints], axis=0)[0])
                off_deg = np.degrees(np.linalg.norm(np.cross(theirs, ours)))
                assert off_deg < 0.05, (name, side, joint)
                assert theirs @ ours > 0
