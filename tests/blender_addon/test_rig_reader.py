"""Armatures in Blender as rigs; what is built there is known to the last digit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from rigs_made import made_rig

from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures

pytestmark = [pytest.mark.blender, needs_bpy]

_BEGIN = """
import json, sys
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
from blender_rigs import bind_skin, build_armature
from blender_addon.rigs.reader import posed_skeleton, rest_skeleton
from livemocap.coords import R_BLENDER_WORLD
from retarget.errors import RetargetError
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
bpy.ops.wm.read_factory_settings(use_empty=True)
folder = Path(sys.argv[1])
skeleton = load_armatures(folder / "made.npz")[0].skeleton
placed = np.array(Matrix.Translation((3, -1, 2)) @ Matrix.Rotation(1.1, 4, (1, 2, 3))
                  @ Matrix.Scale(0.01, 4))
rig = build_armature("Rig", skeleton, placed)
bpy.context.view_layer.update()
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A turned, shrunk character, read at rest and with its object moved and one bone turned."""
    folder = tmp_path_factory.mktemp("read")
    made = made_rig("ue4", rest="A", axes="random", extras=("twist", "ik"), yaw_deg=30)
    save_armatures(folder / "made.npz", [Armature(name="made", skeleton=made.skeleton)])
    code = """
    bpy.ops.object.mode_set(mode="EDIT")
    tip = rig.data.edit_bones.new("tip")
    tip.parent, tip.use_connect = rig.data.edit_bones["head"], True
    tip.tail = tip.head + tip.parent.tail - tip.parent.head
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = rig.pose.bones
    bind_skin(rig, ["pelvis", "head"])
    at_rest = rest_skeleton(rig)
    arm = bones["upperarm_l"]
    arm.rotation_mode = "QUATERNION"
    arm.rotation_quaternion = (0.8, 0.6, 0, 0)
    arm.scale = (2, 1, 1)
    bpy.context.view_layer.update()
    save_armatures(folder / "read.npz", [
        Armature(name="rest", skeleton=at_rest),
        Armature(name="rest while posed", skeleton=rest_skeleton(rig)),
        Armature(name="posed", skeleton=posed_skeleton(rig)),
    ])
    """
    run_blender(_BEGIN + _dedented(code), str(folder))
    return folder


def _dedented(code: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in code.splitlines())


def _skeletons(folder: Path) -> dict:
    made = load_armatures(folder / "made.npz")[0].skeleton
    return {"made": made} | {a.name: a.skeleton for a in load_armatures(folder / "read.npz")}


def test_the_objects_place_turn_and_scale_are_in_the_bones(read: Path) -> None:
    found = _skeletons(read)
    made, rest = found["made"], found["rest"]
    rows = [rest.rows[name] for name in made.names]
    np.testing.assert_allclose(rest.heads[rows], made.heads, atol=2e-6)
    np.testing.assert_allclose(rest.tails[rows], made.tails, atol=2e-6)
    np.testing.assert_allclose(rest.axes[rows], made.axes, atol=2e-4)
    np.testing.assert_allclose(np.linalg.det(rest.axes), 1, atol=1e-6)


def test_every_bone_keeps_its_parent(read: Path) -> None:
    found = _skeletons(read)

    def parents(skeleton) -> dict[str, str | None]:
        above = (skeleton.names[p] if p >= 0 else None for p in skeleton.parents)
        return dict(zip(skeleton.names, above, strict=True))

    assert parents(found["rest"]) == {**parents(found["made"]), "tip": "head"}


def test_bones_that_no_skin_follows_do_not_deform(read: Path) -> None:
    rest = _skeletons(read)["rest"]
    following = {n for n, deforms in zip(rest.names, rest.deforms, strict=True) if deforms}
    assert following == {"pelvis", "head"}


def test_bones_that_are_stuck_to_their_parent_are_told(read: Path) -> None:
    rest = _skeletons(read)["rest"]
    stuck = {n for n, connected in zip(rest.names, rest.connected, strict=True) if connected}
    assert stuck == {"tip"}


def test_a_pose_leaves_the_rest_as_it_was(read: Path) -> None:
    found = _skeletons(read)
    np.testing.assert_array_equal(found["rest while posed"].heads, found["rest"].heads)
    np.testing.assert_array_equal(found["rest while posed"].axes, found["rest"].axes)


def test_the_current_pose_turns_a_bone_and_moves_those_below(read: Path) -> None:
    found = _skeletons(read)
    rest, posed = found["rest"], found["posed"]
    assert posed.names == rest.names
    arm, elbow, other = (posed.rows[n] for n in ("upperarm_l", "lowerarm_l", "lowerarm_r"))
    turn = np.array([[1, 0, 0], [0, 0.28, -0.96], [0, 0.96, 0.28]])  # 2 acos 0.8 about x
    np.testing.assert_allclose(posed.axes[arm], rest.axes[arm] @ turn, atol=1e-5)
    np.testing.assert_allclose(posed.heads[other], rest.heads[other], atol=1e-6)
    stretched = np.diag([2, 1, 1])
    forearm = rest.axes[arm].T @ (rest.heads[elbow] - rest.heads[arm])
    expected = rest.heads[arm] + rest.axes[arm] @ turn @ stretched @ forearm
    np.testing.assert_allclose(posed.heads[elbow], expected, atol=1e-5)


def test_a_mirrored_object_is_refused_and_a_boneless_one_too(tmp_path: Path) -> None:
    made = made_rig("chibi").skeleton
    save_armatures(tmp_path / "made.npz", [Armature(name="made", skeleton=made)])
    code = """
    said = []
    def refused(some):
        try:
            rest_skeleton(some)
        except RetargetError as error:
            said.append(str(error))
    rig.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    refused(rig)
    refused(bpy.data.objects.new("Bare", bpy.data.armatures.new("Bare")))
    print(json.dumps(said))
    """
    said = json.loads(run_blender(_BEGIN + _dedented(code), str(tmp_path)).splitlines()[-1])
    assert "Rig is mirrored" in said[0]
    assert "Apply > Scale" in said[0]
    assert said[1] == "armature Bare has no bones"
