import numpy as np
import pytest
from lifter_made import motion_clip, motions

from inference.lifting.skeletons import H36M_MIRROR
from inference.lifting.train import turns
from inference.lifting.train.cameras import made_shots
from inference.lifting.train.detector import detected
from inference.lifting.train.figures import Figures, mean_bones_m
from inference.lifting.train.held_out import AS_CAPTURED
from inference.lifting.train.motion import BODY, Motions, TrainingError
from inference.lifting.train.pairs import Maker, limbs_of
from inference.lifting.train.poses import varied_motions
from inference.lifting.train.spells import spells
from inference.lifting.train.wander import wander
from livemocap.lifter import H36M17
from livemocap.rotation import (
    matrix_from_quat,
    multiply,
    quat_from_rotvec,
)
from livemocap.skeleton import COCO17, global_rotations, joint_positions

TIMES = np.arange(40) / 30


def test_the_same_seed_makes_the_same_pairs_and_another_one_others() -> None:
    maker = Maker(motions=motions(), people=3, frames=20)
    first, again, other = maker.made(1, 2), maker.made(1, 2), maker.made(1, 3)
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.joints, again.joints)
    assert not np.array_equal(first.joints, other.joints)


def test_pairs_are_finite_people_whose_bones_keep_their_lengths() -> None:
    pairs = Maker(motions=motions(0, 1), people=16, frames=40).made(0)
    assert np.isfinite(pairs.frames).all()
    bones = pairs.joints[..., 1:, :] - pairs.joints[..., H36M17.bone_parents, :]
    limbs = [H36M17.index(name) - 1 for name in ("left_knee", "left_ankle", "right_wrist")]
    lengths = np.linalg.norm(bones, axis=-1)[..., limbs]
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[:, :1], lengths.shape), atol=1e-4)
    assert (np.abs(lengths.mean((0, 1)) / mean_bones_m()[limbs] - 1) < 0.15).all()
    assert pairs.known.mean() > 0.8
    assert not pairs.frames[~pairs.known].any()


def test_what_is_seen_is_the_pose_that_is_to_be_learnt() -> None:
    """Joints that COCO and Human3.6M share lie at the same place, up to one scale."""
    pairs = Maker(motions=motions(), people=80, frames=4).made(5)
    names = ("shoulder", "elbow", "wrist", "knee", "ankle")
    names = [f"{side}_{name}" for side in ("left", "right") for name in names]
    seen = pairs.frames[:, :, [COCO17.index(name) for name in names]]
    true = pairs.joints[:, :, [H36M17.index(name) for name in names], :2]
    complete = (seen[..., 2] > 0.5).all((1, 2))
    x, y = seen[complete][..., :2], true[complete]
    x, y = (v - v.mean(2, keepdims=True) for v in (x, y))
    likeness = (x * y).sum((1, 2, 3)) / np.sqrt((x**2).sum((1, 2, 3)) * (y**2).sum((1, 2, 3)))
    assert len(likeness) >= 8
    assert np.median(likeness) > 0.97


def test_cameras_see_people_upright_and_in_front_of_them() -> None:
    rng = np.random.default_rng(0)
    pelvis = np.zeros((3, 200, 2), np.float32)
    shots = made_shots(rng, pelvis)
    above = pelvis + np.array([0, 0.5, 0], np.float32)[:, None, None]
    low, high = shots.pixels(shots.seen(pelvis)), shots.pixels(shots.seen(above))
    assert (high[1] < low[1]).mean() > 0.99
    assert (shots.seen(pelvis)[2] > 1).all()
    assert ((low >= 0) & (low <= np.array(shots.size_px)[:, None, None])).all()


def test_joints_are_where_the_skeleton_has_them() -> None:
    clip, figures = motion_clip(), Figures(np.random.default_rng(0), 2)
    made = Motions([clip])
    local, pelvis = made.at(np.array([0, 0]), np.array([[0.0, 1.0], [0.5, 2.0]]))
    joints, _ = figures.posed(local, pelvis)
    rest = np.zeros((2, 22, 3))
    for joint, parent in enumerate(BODY.parents[1:], 1):
        rest[:, joint] = rest[:, parent] + figures._bones[joint, :, :, 0].T
    for person, frames in enumerate(([0, 30], [15, 60])):
        world = global_rotations(matrix_from_quat(clip.local_wxyz[frames]), BODY)
        at = joint_positions(world, rest[person], clip.pelvis[frames], BODY)
        np.testing.assert_allclose(joints[:, :, person].transpose(2, 0, 1), at, atol=1e-5)


def test_the_mirror_image_of_a_clip_moves_like_the_clip_in_a_mirror() -> None:
    made, figures = motions(), Figures(np.random.default_rng(0), 1, 0.0)
    images = [
        figures.h36m(*figures.posed(*made.at(np.array([clip]), TIMES[None]))) for clip in (0, 1)
    ]
    flipped = images[0][H36M_MIRROR] * np.array([-1, 1, 1])[:, None, None]
    np.testing.assert_allclose(images[1], flipped, atol=0.005)  # the body is nearly symmetric


def test_unchanged_motions_are_those_that_were_captured_at_some_speed() -> None:
    clip, rng = motion_clip(), np.random.default_rng(4)
    local, _ = varied_motions(Motions([clip]), rng, 1, TIMES, AS_CAPTURED)
    pose = local[1:, :, 0, 7]
    off = np.minimum(
        np.abs(clip.local_wxyz[:, 1:] - pose).max((1, 2)),
        np.abs(
            clip.local_wxyz[:, 1:][:, np.array(BODY.mirror[1:]) - 1] * [1, 1, -1, -1] - pose
        ).max((1, 2)),
    )
    assert off.min() < 0.03


def test_turns_are_those_of_the_rest_of_the_program() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 3, 5, 4))
    qa, qb = (turns.from_rotvec(v) for v in (a, b))
    expected = multiply(*(quat_from_rotvec(np.moveaxis(v, 0, -1)) for v in (a, b)))
    np.testing.assert_allclose(np.moveaxis(turns.product(qa, qb), 0, -1), expected, atol=1e-12)
    m = np.moveaxis(turns.matrix(qa), (0, 1), (-2, -1))
    np.testing.assert_allclose(m, matrix_from_quat(np.moveaxis(qa, 0, -1)), atol=1e-12)
    moved = np.moveaxis(turns.turned(turns.matrix(qa), b), 0, -1)
    np.testing.assert_allclose(moved, (m @ np.moveaxis(b, 0, -1)[..., None])[..., 0], atol=1e-12)
    np.testing.assert_allclose(turns.mixed(qa, -qb, np.float64(1.0)), qb * _sign(qa, qb), atol=1e-9)


def _sign(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where((a * b).sum(0) < 0, -1, 1)


def test_what_wanders_has_deviation_one_and_forgets_itself_within_a_period() -> None:
    path = wander(np.random.default_rng(0), (2000,), np.arange(60) / 30, 0.5)
    np.testing.assert_allclose(path.std(0), 1, atol=0.07)
    assert np.abs(np.diff(path)).mean() < 0.3
    assert abs(np.corrcoef(path[:, 10], path[:, 50])[0, 1]) < 0.1


def test_spells_take_the_share_of_time_that_their_rate_and_length_say() -> None:
    going = spells(np.random.default_rng(0), 4000, TIMES, 0.5, (0.2, 0.2))
    assert going.mean() == pytest.approx(0.5 * 0.2, rel=0.15)
    np.testing.assert_allclose(going.mean(0), going.mean(), atol=0.03)


def test_a_detector_errs_by_a_little_mostly_and_doubts_more_where_it_errs_more() -> None:
    rng, made = np.random.default_rng(0), motions()
    figures = Figures(rng, 200)
    body, turned = figures.posed(*made.at(made.chosen(rng, 200), TIMES + np.zeros((200, 1))))
    shots = made_shots(rng, body[0])
    points = shots.seen(figures.keypoints(body, turned, np.zeros((17, 3, 200, 1))))
    found = detected(rng, points, shots, TIMES)
    true = np.moveaxis(shots.pixels(points), (0, 1), (2, 3))
    height = 1.65 * shots.K[0, 0] / points[5:, 2].mean(0)
    off = np.linalg.norm(found[..., :2] - true, axis=-1) / height[..., None]
    seen = found[..., 2] > 0
    assert 0.005 < np.median(off[seen]) < 0.03
    assert 0.03 < np.percentile(off[seen], 97) < 0.6
    doubted = seen & (found[..., 2] < 0.4)
    assert off[doubted].mean() > 2 * off[seen & ~doubted].mean()


def test_limbs_are_unit_and_no_motion_is_refused() -> None:
    pairs = Maker(motions=motions(), people=2, frames=5).made(0)
    np.testing.assert_allclose(np.linalg.norm(limbs_of(pairs.joints), axis=-1), 1, atol=1e-5)
    with pytest.raises(TrainingError, match="no motion"):
        Motions([])
