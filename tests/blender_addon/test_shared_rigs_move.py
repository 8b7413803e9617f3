"""Characters of other people, where they are at hand, moved in Blender without any manual step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import rest_joints, smooth_motion

from livemocap.rotation import Array, matrix_from_quat, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.rigs.armature_file import load_armatures

SHARED = Path(__file__).parents[3] / "shared" / "rigs"
PROBED = {"rigify_human_b42.blend"}
"""Control rigs whose bones are carried by constraints: what really moves them must be probed."""

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs"),
]

FRAMES = 6
_MOVE = """
import sys
from pathlib import Path
import bpy
import numpy as np
from motion import rest_joints, smooth_motion
from blender_addon.headless.rig_import import import_armatures
from blender_addon.rigs.reader import posed_skeleton, rest_skeleton
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures
from retarget.rigs.mapping import map_joints
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.solve import fit, solve
target, frames, *paths = sys.argv[1:]
motion = smooth_motion(int(frames), fps=3.0, seed=4)
found = []
for path in map(Path, paths):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    (shown,) = import_armatures(path)
    skeleton = rest_skeleton(shown)
    rig = Rig.of(skeleton, map_joints(skeleton), RigOptions(flat_feet=False))
    pose = solve(fit(rig, rest_joints()), motion.local_wxyz, motion.pelvis)
    bones = [shown.pose.bones[name] for name in rig.bones]
    hips = shown.pose.bones[skeleton.names[rig.hips_row]]
    for bone in bones:
        bone.rotation_mode = "QUATERNION"
    for turns, moved in zip(pose.rotations_wxyz, pose.hips_m):
        for bone, turn in zip(bones, turns):
            bone.rotation_quaternion = turn
        hips.location = moved / shown.matrix_world.to_scale()[0]
        bpy.context.view_layer.update()
        found.append(Armature(name=path.name, skeleton=posed_skeleton(shown)))
save_armatures(Path(target), found)
"""
LIMBS = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle", "ankle": "foot"}
FINGERS = ("index", "middle", "ring", "pinky")
SIDES = ("left", "right")


def truth() -> dict[str, dict[str, str]]:
    if not SHARED.is_dir():
        return {}
    maps = json.loads((SHARED / "maps.json").read_text())
    return {name: bones for name, bones in maps.items() if name not in PROBED}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Array]]:
    """By file and joint, (T, 3) where Blender puts the joint's bone."""
    target = tmp_path_factory.mktemp("moved") / "posed.npz"
    files = [str(SHARED / name) for name in truth()]
    run_blender(_MOVE, str(target), str(FRAMES), *files, timeout_s=170)
    found: dict[str, dict[str, list[Array]]] = {}
    for posed in load_armatures(target):
        for joint, bone in truth()[posed.name].items():
            head = posed.skeleton.heads[posed.skeleton.rows[bone]]
            found.setdefault(posed.name, {}).setdefault(joint, []).append(head)
    return {
        name: {joint: np.stack(heads) for joint, heads in joints.items()}
        for name, joints in found.items()
    }


@pytest.fixture(scope="module")
def actor() -> dict[str, Array]:
    motion = smooth_motion(FRAMES, fps=3.0, seed=4)
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    joints = joint_positions(world, rest_joints(), motion.pelvis, SMPLX)
    return {name: joints[:, n] for n, name in enumerate(SMPLX.names)}


@pytest.mark.parametrize("name", truth())
def test_limbs_point_as_the_actors_do(name: str, moved, actor) -> None:
    rig = moved[name]
    pairs = [(f"{side}_{a}", f"{side}_{b}") for side in SIDES for a, b in LIMBS.items()]
    pairs += [(f"{s}_{f}{n}", f"{s}_{f}{n + 1}") for s in SIDES for f in FINGERS for n in (1, 2)]
    off = [_off_deg(rig[b] - rig[a], actor[b] - actor[a]) for a, b in pairs if {a, b} <= set(rig)]
    assert np.mean(off) < 0.1
    assert np.max(off) < 0.2


@pytest.mark.parametrize("name", truth())
def test_palms_face_where_the_actors_do(name: str, moved, actor) -> None:
    rig = moved[name]
    for side in SIDES:
        if f"{side}_pinky1" in rig:
            assert _off_deg(_palm(rig, side), _palm(actor, side)).mean() < 3


def _palm(joints: dict[str, Array], side: str) -> Array:
    wrist, middle, index, pinky = (
        joints[f"{side}_{joint}"] for joint in ("wrist", "middle1", "index1", "pinky1")
    )
    return np.cross(middle - wrist, pinky - index)


def _off_deg(a: Array, b: Array) -> Array:
    a, b = normalize(a), normalize(b)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1)))
