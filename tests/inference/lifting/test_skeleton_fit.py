"""Lifted points to rotations of the skeleton."""

from __future__ import annotations

import numpy as np
import pytest
from posed_points import REST, posed, some_poses

from inference.lifting.rest_points import points_at_rest
from inference.lifting.skeleton_fit import rotations_from_positions
from livemocap.h36m_points import h36m_at_rest
from livemocap.lifter import H36M17
from livemocap.rotation import (
    Array,
    geodesic,
    matrix_from_rotvec,
    normalize,
)
from livemocap.skeleton import SMPLX, global_rotations, joint_positions


def fitted(points: Array) -> tuple[Array, Array]:
    """Global rotations and joints of what was found."""
    local = rotations_from_positions(points, REST)
    world = global_rotations(local, SMPLX)
    return world, joint_positions(world, REST, np.zeros((*points.shape[:-2], 3)), SMPLX)


def angles_deg(a: Array, b: Array) -> Array:
    cosine = (normalize(a) * normalize(b)).sum(-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def bones(joints: Array, names: list[str]) -> Array:
    at = SMPLX.indices(*names)
    return joints[..., at, :] - joints[..., [SMPLX.parents[j] for j in at], :]


def test_limbs_point_where_they_did() -> None:
    _, joints, points = posed(some_poses(400))
    _, found = fitted(points)
    for ends, worst_deg in (("elbow wrist ankle", 0.01), ("knee", 8)):
        names = [f"{side}_{end}" for end in ends.split() for side in ("left", "right")]
        assert angles_deg(bones(joints, names), bones(found, names)).max() < worst_deg


def test_the_trunk_and_the_head_lean_as_they_did() -> None:
    world, _, points = posed(some_poses(400))
    found, _ = fitted(points)
    off = np.degrees(geodesic(world, found))
    assert off[:, SMPLX.index("pelvis")].max() < 10
    assert np.median(off[:, SMPLX.index("spine3")]) < 6
    head = SMPLX.index("head")
    leans = angles_deg(world[:, head, :, 1], found[:, head, :, 1])
    assert np.median(leans) < 6
    assert leans.max() < 20


def test_bent_limbs_are_twisted_as_they_were() -> None:
    rotvecs = some_poses(400)
    world, _, points = posed(rotvecs)
    found, _ = fitted(points)
    for bent, twisted in (("knee", "hip"), ("elbow", "shoulder")):
        for side in ("left", "right"):
            bend = np.linalg.norm(rotvecs[:, SMPLX.index(f"{side}_{bent}")], axis=-1)
            off = geodesic(world, found)[:, SMPLX.index(f"{side}_{twisted}")]
            assert np.degrees(np.quantile(off[bend > 0.8], 0.9)) < 12


def test_rest_stays_rest_however_somebody_is_turned_and_sized() -> None:
    turn = matrix_from_rotvec(np.array([0.4, -1.9, 0.7]))
    points = 1.3 * h36m_at_rest(REST) @ turn.T + [4.0, 2.0, 9.0]
    local = rotations_from_positions(points, REST)
    np.testing.assert_allclose(local[0], turn, atol=1e-9)
    away = geodesic(local[1:], np.eye(3))
    assert np.degrees(away.max()) < 0.2


def test_straightening_limbs_do_not_jump() -> None:
    rng = np.random.default_rng(2)
    rotvecs = np.zeros((600, len(SMPLX.names), 3))
    bend = np.radians(np.linspace(60, -12, 600))
    for side, sign, elbow in (("left", 1, -1), ("right", -1, 1)):
        rotvecs[:, SMPLX.index(f"{side}_shoulder"), 2] = -sign * 1.2
        rotvecs[:, SMPLX.index(f"{side}_shoulder"), 0] = 0.6
        rotvecs[:, SMPLX.index(f"{side}_hip")] = [-0.5, sign * 0.4, 0]
        rotvecs[:, SMPLX.index(f"{side}_elbow"), 1] = elbow * bend
        rotvecs[:, SMPLX.index(f"{side}_knee"), 0] = bend
    _, _, points = posed(rotvecs)
    smooth, _ = fitted(points)
    assert np.degrees(geodesic(smooth[1:], smooth[:-1]).max()) < 3
    shaken, _ = fitted(points + rng.normal(scale=0.003, size=points.shape))
    assert np.degrees(geodesic(shaken, smooth).max()) < 30


def test_what_is_not_known_stays_unknown_and_disturbs_nobody() -> None:
    _, _, points = posed(some_poses(3))
    alone = rotations_from_positions(points[2], REST)
    points[0, 4] = np.nan
    points[1] = 0
    found = rotations_from_positions(points, REST)
    assert np.isnan(found[:2]).all()
    np.testing.assert_allclose(found[2], alone, atol=1e-12)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)], ids=str)
def test_any_number_of_people_and_frames(shape: tuple[int, ...]) -> None:
    points = np.broadcast_to(h36m_at_rest(REST), (*shape, len(H36M17.names), 3))
    assert rotations_from_positions(points, REST).shape == (*shape, len(SMPLX.names), 3, 3)


def test_a_lifter_may_have_its_points_elsewhere() -> None:
    at_rest = points_at_rest("own")
    assert at_rest is not None
    assert points_at_rest("pstmo") is None
    local = rotations_from_positions(at_rest, REST, at_rest)
    assert np.degrees(geodesic(local, np.eye(3)).max()) < 0.5
    several = rotations_from_positions(np.stack([at_rest] * 3), np.stack([REST] * 3), at_rest)
    np.testing.assert_allclose(several, np.stack([local] * 3), atol=1e-12)
    as_if = rotations_from_positions(at_rest, REST)
    assert np.degrees(geodesic(as_if, np.eye(3))[SMPLX.index("head")]) > 5


def test_each_person_may_have_bones_of_their_own() -> None:
    _, _, points = posed(some_poses(4))
    own = REST * np.array([0.8, 1.0, 1.1, 1.3])[:, None, None] + 0.01 * np.sin(
        np.arange(165)
    ).reshape(55, 3)
    together = rotations_from_positions(points, own)
    alone = [rotations_from_positions(p, rest) for p, rest in zip(points, own, strict=True)]
    np.testing.assert_allclose(together, alone, atol=1e-12)
