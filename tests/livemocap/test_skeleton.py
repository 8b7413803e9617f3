"""Skeletons as data, and forward kinematics."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import (
    BLAZEPOSE33,
    COCO17,
    COCO_FROM_BLAZEPOSE,
    SMPLX,
    Skeleton,
    common_points,
    global_rotations,
    joint_positions,
    local_rotations,
)


def test_smplx_has_55_joints_and_parents_come_first() -> None:
    assert len(SMPLX.names) == len(SMPLX.parents) == len(set(SMPLX.names)) == 55
    assert all(parent < joint for joint, parent in enumerate(SMPLX.parents))


def test_mirror_swaps_sides_and_keeps_the_tree() -> None:
    mirror = SMPLX.mirror
    np.testing.assert_array_equal(mirror[mirror], np.arange(55))
    parents = np.array(SMPLX.parents)
    np.testing.assert_array_equal(parents[mirror[1:]], mirror[parents[1:]])
    assert SMPLX.names[mirror[SMPLX.index("left_thumb2")]] == "right_thumb2"


def test_coco_is_found_inside_blazepose() -> None:
    assert [BLAZEPOSE33[i] for i in COCO_FROM_BLAZEPOSE] == list(COCO17)


def test_common_points_name_the_same_body_point() -> None:
    a, b = common_points("blazepose33", "smplx55")
    assert [BLAZEPOSE33[i] for i in a] == [SMPLX.names[i] for i in b]
    assert len(a) == 12
    assert "left_eye" not in {BLAZEPOSE33[i] for i in a}


def test_forward_kinematics_agrees_with_walking_up_the_tree() -> None:
    rng = np.random.default_rng(1)
    local = matrix_from_rotvec(rng.normal(size=(3, 55, 3)))
    rest, pelvis = rng.normal(size=(3, 55, 3)), rng.normal(size=(3, 3))
    world = global_rotations(local, SMPLX)
    joints = joint_positions(world, rest, pelvis, SMPLX)
    for person in range(3):
        R, p = [local[person, 0]], [pelvis[person]]
        for j in range(1, 55):
            up = SMPLX.parents[j]
            R.append(R[up] @ local[person, j])
            p.append(p[up] + R[up] @ (rest[person, j] - rest[person, up]))
        np.testing.assert_allclose(world[person], R, atol=1e-12)
        np.testing.assert_allclose(joints[person], p, atol=1e-12)


def test_local_rotations_undo_global_rotations() -> None:
    local = matrix_from_rotvec(np.random.default_rng(2).normal(size=(55, 3)))
    np.testing.assert_allclose(
        local_rotations(global_rotations(local, SMPLX), SMPLX), local, atol=1e-12
    )


def test_levels_put_every_joint_once_below_its_parent() -> None:
    chain = Skeleton(names=("a", "b", "c", "d"), parents=(-1, 0, 0, 2))
    assert [(j.tolist(), p.tolist()) for j, p in chain.levels] == [([1, 2], [0, 0]), ([3], [2])]
    assert chain.children == ((1, 2), (), (3,), ())
