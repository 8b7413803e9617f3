"""With `../shared`: thirteen clips of two naming flavours, and one in the CMU's own unit."""

from pathlib import Path

import numpy as np
import pytest
from motion_files import rest_body

from livemocap.rotation import Array, matrix_from_quat, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.bvh import read_bvh
from retarget.import_motion.bvh_person import BvhWishes, read_bvh_person

SHARED = Path(__file__).parents[4] / "shared"
CLIPS = {
    SHARED / "mocap" / "cmu_run.bvh": "Left{UpLeg,Leg,Foot} Left{Arm,ForeArm,Hand}",
    SHARED / "mocap" / "cmu_salsa12_b.bvh": "l{Thigh,Shin,Foot} l{Shldr,ForeArm,Hand}",
    SHARED / "rigs" / "cmu_12_01_walk.bvh": "Left{UpLeg,Leg,Foot} Left{Arm,ForeArm,Hand}",
}
LIMBS = ("left_hip left_knee left_ankle", "left_shoulder left_elbow left_wrist")


def limb_directions(places: Array, rows: list[int]) -> Array:
    return normalize(np.diff(places[:, rows], axis=1))


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.stem)
def test_limbs_of_another_body_point_where_the_clips_do(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"needs {path}")
    recording, clip = read_bvh_person(path, rest_body(), BvhWishes()), read_bvh(path)
    motion, places = recording.motion, clip.joints()
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    joints = joint_positions(world, rest_body().joints, motion.pelvis, SMPLX)
    for limb, bones in zip(LIMBS, CLIPS[path].split(), strict=True):
        side, names = bones.rstrip("}").split("{")
        rows = [clip.skeleton.index(side + name) for name in names.split(",")]
        found = limb_directions(joints, SMPLX.indices(*limb.split()))
        np.testing.assert_allclose(found, limb_directions(places, rows), atol=1e-4)


def test_all_clips_come_in_at_60_fps_upright_and_as_tall_as_people() -> None:
    clips = sorted((SHARED / "mocap").glob("*.bvh"))
    if not clips:
        pytest.skip("needs ../shared/mocap")
    for path in clips[::3]:
        recording = read_bvh_person(path, rest_body(), BvhWishes())
        assert (recording.fps, recording.notes[1]) == (60, "up is +Y")
        assert recording.notes[0].startswith("unit cm")
        assert recording.known[:22].sum() >= 19
        assert recording.motion.joints()[..., SMPLX.index("head"), 1].max() < 2.0
