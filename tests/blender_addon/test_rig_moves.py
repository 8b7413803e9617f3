"""Blender's own evaluation of a rig that we moved: its limbs point as the actor's do."""

from __future__ import annotations

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import rest_joints, smooth_motion
from rigs_made import MadeRig, made_rig

from livemocap.rotation import Array, matrix_from_quat, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.solve import fit, solve

pytestmark = [pytest.mark.blender, needs_bpy]

FRAMES = 5
RIGS = {
    "mannequin": {"naming": "ue4", "rest": "A", "axes": "random", "extras": ("root", "twist")},
    "mixamo": {"naming": "mixamo", "axes": "world", "yaw_deg": 70, "scale": 1.3},
    "makehuman": {"naming": "makehuman", "rest": "A", "extras": ("split", "spine", "neck")},
    "chibi": {"naming": "chibi", "rest": "scrambled", "axes": "random", "scale": 0.5},
}
LIMBS = [
    (f"{side}_{joint}", f"{side}_{child}")
    for side in ("left", "right")
    for joint, child in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "knee"),
        ("knee", "ankle"),
        ("ankle", "foot"),
    )
]

_POSE = """
import sys
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
from blender_rigs import build_armature
from blender_addon.rigs.reader import posed_skeleton
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
folder = Path(sys.argv[1])
made = load_armatures(folder / "made.npz")
poses = np.load(folder / "poses.npz")
scale = 0.02
placed = np.array(Matrix.Rotation(0.7, 4, (1, 2, 3)) @ Matrix.Scale(scale, 4))
found = []
for armature in made:
    rig = build_armature(armature.name, armature.skeleton, placed)
    bones = [rig.pose.bones[name] for name in poses[armature.name + " bones"]]
    hips = rig.pose.bones[str(poses[armature.name + " hips bone"])]
    for bone in bones:
        bone.rotation_mode = "QUATERNION"
    for turns, moved in zip(poses[armature.name + " turns"], poses[armature.name + " hips"]):
        for bone, turn in zip(bones, turns):
            bone.rotation_quaternion = turn
        hips.location = moved / scale
        bpy.context.view_layer.update()
        found.append(Armature(name=armature.name, skeleton=posed_skeleton(rig)))
save_armatures(folder / "posed.npz", found)
"""


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    """By rig, (T, B, 3) where Blender puts the bones, in the order they were made in."""
    folder = tmp_path_factory.mktemp("moved")
    made = {name: made_rig(**how) for name, how in RIGS.items()}
    save_armatures(
        folder / "made.npz", [Armature(name=n, skeleton=m.skeleton) for n, m in made.items()]
    )
    poses: dict[str, np.ndarray] = {}
    for name, one in made.items():
        rig, pose = _solved(one)
        poses[f"{name} bones"] = np.array(rig.bones)
        poses[f"{name} hips bone"] = np.array(one.skeleton.names[rig.hips_row])
        poses[f"{name} turns"], poses[f"{name} hips"] = pose.rotations_wxyz, pose.hips_m
    np.savez(folder / "poses.npz", allow_pickle=False, **poses)
    run_blender(_POSE, str(folder))
    posed = load_armatures(folder / "posed.npz")
    return {
        name: np.stack([_heads(a, one) for a in posed if a.name == name])
        for name, one in made.items()
    }


def _heads(posed: Armature, made: MadeRig) -> Array:
    rows = [posed.skeleton.rows[name] for name in made.skeleton.names]
    return posed.skeleton.heads[rows]


def _motion():
    return smooth_motion(FRAMES, fps=3.0, seed=4)


def _solved(made: MadeRig):
    motion = _motion()
    rig = Rig.of(made.skeleton, made.joint_map, RigOptions(flat_feet=False))
    return rig, solve(fit(rig, rest_joints()), motion.local_wxyz, motion.pelvis)


def _actor() -> Array:
    """(T, 55, 3) m."""
    motion = _motion()
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    return joint_positions(world, rest_joints(), motion.pelvis, SMPLX)


@pytest.mark.parametrize("name", RIGS)
def test_blender_puts_every_bone_where_our_own_kinematics_do(name: str, moved) -> None:
    rig, pose = _solved(made_rig(**RIGS[name]))
    np.testing.assert_allclose(moved[name], posed_heads(rig, pose), atol=2e-5)


@pytest.mark.parametrize("name", RIGS)
def test_limbs_in_blender_point_as_the_actors_do(name: str, moved) -> None:
    made, actor = made_rig(**RIGS[name]), _actor()
    for joint, child in LIMBS:
        at, end = (made.skeleton.rows[made.bones[j]] for j in (joint, child))
        theirs = normalize(moved[name][:, end] - moved[name][:, at])
        ours = normalize(actor[:, SMPLX.index(child)] - actor[:, SMPLX.index(joint)])
        off_deg = np.degrees(np.linalg.norm(np.cross(theirs, ours), axis=-1))
        assert off_deg.max() < 0.02, (joint, off_deg)
