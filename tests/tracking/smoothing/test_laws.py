"""What holds for the smoothing of poses in every mode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from posing_people import FACE, MakeStage, angles_rad, played, posing, stream, turned

from livemocap.rotation import Array, multiply, normalize, quat_from_rotvec
from tracking.people import People
from tracking.smoothing.bake import BakePose
from tracking.smoothing.broadcast import BroadcastPose
from tracking.smoothing.live import LivePose

MODES = (LivePose, BroadcastPose, BakePose)
pytestmark = pytest.mark.parametrize("make", MODES)
MIRROR = np.array([1.0, 1, -1, -1])
"""Of a quaternion, at the plane x = 0."""


def wild(seed: int = 0, people: int = 3, images: int = 40) -> Array:
    """(T, P, 55, 4) swings with noise."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6, (people, 55, 3)) + np.arange(images)[:, None, None, None] / 5
    return quat_from_rotvec(np.sin(phase) + 0.05 * rng.normal(size=phase.shape))


def times(images: int = 40, seed: int = 1) -> Array:
    return np.cumsum(np.random.default_rng(seed).uniform(0.01, 0.07, images))


def gaps(images: int = 40, people: int = 3) -> Array:
    unseen = np.zeros((images, people), bool)
    unseen[12:18, 1] = unseen[30:, 2] = True
    return unseen


def poses(images: list[People]) -> Array:
    return np.array([people.pose_wxyz for people in images])


def same(a: Array, b: Array) -> None:
    """The same rotations."""
    np.testing.assert_allclose(np.abs((a * b).sum(-1)), 1, atol=1e-9)


def test_every_image_gets_one_result_and_all_but_pose_and_face_pass_through(
    make: MakeStage,
) -> None:
    images = stream(wild(), times(), gaps())
    results = played(make, images)
    assert [r.t_s for r in results] == [i.t_s for i in images]
    for result, image in zip(results, images, strict=True):
        for name in set(People.__slots__) - {"pose_wxyz", "expression"}:
            assert getattr(result, name) is getattr(image, name)


def test_the_same_images_give_the_same_bits_and_leave_the_input_alone(make: MakeStage) -> None:
    images = stream(wild(), times(), gaps())
    before = poses(images).tobytes()
    assert poses(played(make, images)).tobytes() == poses(played(make, images)).tobytes()
    assert poses(images).tobytes() == before


def test_a_stage_is_as_new_after_a_flush_and_after_a_reset(make: MakeStage) -> None:
    images = stream(wild(), times(), gaps())
    stage = make()
    first = [r for i in images for r in stage.push(i)] + list(stage.flush())
    for i in images[:20]:
        stage.push(i)
    stage.reset()
    again = [r for i in images for r in stage.push(i)] + list(stage.flush())
    assert poses(first).tobytes() == poses(again).tobytes()


def test_the_order_of_people_does_not_matter(make: MakeStage) -> None:
    order = [2, 0, 1]
    plain = poses(played(make, stream(wild(), times(), gaps())))
    other = poses(played(make, stream(wild()[:, order], times(), gaps()[:, order])))
    same(plain[:, order], other)


def test_turning_the_camera_turns_the_results(make: MakeStage) -> None:
    turn = normalize(np.array([0.3, -0.5, 0.7, 0.2]))
    plain = poses(played(make, stream(wild(), times(), gaps())))
    same(
        multiply(turn, plain), poses(played(make, stream(multiply(turn, wild()), times(), gaps())))
    )


def test_a_mirrored_take_gives_mirrored_results(make: MakeStage) -> None:
    plain = poses(played(make, stream(wild(), times(), gaps())))
    same(plain * MIRROR, poses(played(make, stream(wild() * MIRROR, times(), gaps()))))


def test_a_quaternions_sign_does_not_matter(make: MakeStage) -> None:
    signs = np.random.default_rng(3).choice([-1.0, 1.0], (40, 3, 55, 1))
    plain = poses(played(make, stream(wild(), times(), gaps())))
    same(plain, poses(played(make, stream(wild() * signs, times(), gaps()))))


def test_unit_quaternions_come_out_even_of_a_turn_by_half(make: MakeStage) -> None:
    turn = np.where(np.arange(30) > 15, np.pi, 0.0)[:, None]
    out = poses(played(make, stream(turned(turn), np.arange(30) / 30)))
    np.testing.assert_allclose(np.linalg.norm(out, axis=-1), 1, atol=1e-9)


def test_nobody_at_all_is_no_trouble(make: MakeStage) -> None:
    empty = [posing(np.zeros((0, 55, 4)), k / 30) for k in range(10)]
    someone = [posing(wild(people=2)[0], 0.4, fresh=np.ones(2, bool))]
    late = [posing(np.zeros((0, 55, 4)), 0.5 + k / 30) for k in range(10)]
    results = played(make, [*empty, *someone, *late])
    assert [len(r.keys) for r in results] == [0] * 10 + [2] + [0] * 10


def test_somebody_who_stands_still_is_left_as_they_are(make: MakeStage) -> None:
    still = np.repeat(wild(images=1), 30, 0)
    same(poses(played(make, stream(still, np.arange(30) / 30))), still)


def test_a_fresh_start_and_a_cut_are_not_smoothed_across(make: MakeStage) -> None:
    turn = np.where(np.arange(40) >= 20, 1.0, 0.0)[:, None]
    images = stream(turned(turn), np.arange(40) / 30)
    for change in ({"fresh": np.ones(1, bool)}, {"cut": True}):
        changed = list(images)
        changed[20] = replace(images[20], **change)
        np.testing.assert_allclose(angles_rad(played(make, changed)), turn, atol=1e-6)


def test_who_comes_and_goes_leaves_the_others_alone(make: MakeStage) -> None:
    both = stream(wild(people=2), times())
    alone = [
        posing(i.pose_wxyz[:1], i.t_s, fresh=i.fresh[:1]) if 10 <= k < 25 else i
        for k, i in enumerate(both)
    ]
    alone[25] = replace(both[25], fresh=np.array([False, True]))
    a = [people.pose_wxyz[0] for people in played(make, both)]
    b = [people.pose_wxyz[0] for people in played(make, alone)]
    same(np.array(a), np.array(b))


def test_who_is_not_seen_any_more_neither_jumps_nor_flies_off(make: MakeStage) -> None:
    t_s = np.arange(40) / 30
    unseen = (np.arange(40) >= 25)[:, None]
    angle = angles_rad(played(make, stream(turned(4 * t_s[:, None]), t_s, unseen)))[:, 0]
    assert np.abs(np.diff(angle)).max() < 0.2
    assert np.abs(angle[25:] - angle[24]).max() < 0.6
    assert abs(angle[-1] - angle[-3]) < 0.02


def test_a_return_after_a_short_gap_is_blended_in(make: MakeStage) -> None:
    t_s = np.arange(40) / 30
    unseen = ((np.arange(40) >= 15) & (np.arange(40) < 22))[:, None]
    turn = np.where(np.arange(40) >= 15, 0.8, 0.0)[:, None]
    angle = angles_rad(played(make, stream(turned(turn), t_s, unseen)))[:, 0]
    assert np.diff(angle).max() < 0.7
    assert abs(angle[32] - 0.8) < 0.1


def test_the_same_motion_at_another_rate_comes_out_alike(make: MakeStage) -> None:
    found = []
    for fps in (30, 120):
        t_s = np.arange(4 * fps) / fps
        angle = angles_rad(played(make, stream(turned(0.6 * np.sin(5 * t_s)[:, None]), t_s)))
        found.append(angle[fps : 3 * fps : fps // 30, 0])
    assert np.abs(found[0] - found[1]).max() < 0.08


def test_faces_are_smoothed_too(make: MakeStage) -> None:
    noise = np.random.default_rng(0).normal(size=(60, 1, FACE))
    still = stream(wild(people=1, images=60), np.arange(60) / 30)
    pairs = zip(still, noise, strict=True)
    images = [replace(people, expression=face) for people, face in pairs]
    faces = np.array([people.expression for people in played(make, images)])
    assert faces.shape == noise.shape
    assert faces[10:-10].std() < 0.75 * noise[10:-10].std()
