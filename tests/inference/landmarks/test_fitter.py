from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from posed_people import IMAGE_SIZE, K, Posed, posed, seen

from inference.body_model import default_body
from inference.engine import People
from inference.landmarks.fitter import BodyFitter
from livemocap.rotation import geodesic, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions


@pytest.fixture
def fitter() -> BodyFitter:
    return BodyFitter(default_body())


def joints_of(people: People) -> np.ndarray:
    G = global_rotations(matrix_from_rotvec(people.joint_rotvecs.astype(float)), SMPLX)
    return joint_positions(G, people.rest_joints, people.pelvis, SMPLX)[:, :22]


def errors(people: People, truth: Posed) -> tuple[float, float]:
    """Mean joint distance relative to the pelvis, m, and mean rotation error, degrees."""
    joints = joints_of(people)[0]
    off = (joints - joints[0]) - (truth.joints - truth.joints[0])
    G = global_rotations(matrix_from_rotvec(people.joint_rotvecs[0].astype(float)), SMPLX)
    turned = np.degrees(geodesic(G[:22], truth.rotations))
    return float(np.linalg.norm(off, axis=-1).mean()), float(turned.mean())


def test_flawless_landmarks_give_the_pose_back(fitter: BodyFitter) -> None:
    rng = np.random.default_rng(0)
    found = []
    for engine_id in range(8):
        truth = posed(rng, pelvis=(rng.uniform(-1, 1), 0.1, rng.uniform(3, 6)))
        people = fitter.fit([seen(truth, engine_id)], K, IMAGE_SIZE)
        found.append(errors(people, truth))
        assert np.linalg.norm(people.pelvis[0] - truth.joints[0]) < 0.15
    assert np.mean(found, 0)[0] < 0.03
    assert np.mean(found, 0)[1] < 9


def test_everybody_is_fitted_as_if_alone() -> None:
    rng = np.random.default_rng(1)
    people = [seen(posed(rng), engine_id) for engine_id in (4, 2, 7)]
    together = BodyFitter(default_body()).fit(people, K, IMAGE_SIZE)
    assert together.engine_ids.tolist() == [4, 2, 7]
    for row, person in enumerate(people):
        alone = BodyFitter(default_body()).fit([person], K, IMAGE_SIZE)
        np.testing.assert_allclose(alone.joint_rotvecs[0], together.joint_rotvecs[row], atol=1e-5)


def test_the_same_images_give_the_same_answers() -> None:
    rng = np.random.default_rng(2)
    frames = [[seen(posed(rng), 1, t_s=k / 30, is_new=k == 0)] for k in range(5)]
    first, second = BodyFitter(default_body()), BodyFitter(default_body())
    for frame in frames:
        a, b = first.fit(frame, K, IMAGE_SIZE), second.fit(frame, K, IMAGE_SIZE)
        assert np.array_equal(a.joint_rotvecs, b.joint_rotvecs)


def test_a_new_person_has_no_past(fitter: BodyFitter) -> None:
    rng = np.random.default_rng(3)
    fitter.fit([seen(posed(rng), 1)], K, IMAGE_SIZE)
    other = seen(posed(rng), 1, t_s=1 / 30)
    fresh = BodyFitter(default_body()).fit([other], K, IMAGE_SIZE)
    remembered = fitter.fit([replace(other, is_new=False)], K, IMAGE_SIZE)
    assert not np.allclose(remembered.joint_rotvecs, fresh.joint_rotvecs)
    forgotten = fitter.fit([other], K, IMAGE_SIZE)
    np.testing.assert_allclose(forgotten.joint_rotvecs, fresh.joint_rotvecs, atol=1e-6)


def test_nobody_is_an_answer_too(fitter: BodyFitter) -> None:
    people = fitter.fit([], K, IMAGE_SIZE)
    assert people.joint_rotvecs.shape == (0, 55, 3)
    assert people.keypoints_px.shape == (0, 33, 3)
    assert people.betas.shape == (0, 10)


def test_joints_outside_the_image_are_not_visible(fitter: BodyFitter) -> None:
    truth = posed(np.random.default_rng(4), pelvis=(0, 0.3, 2.0))
    people = fitter.fit([seen(truth)], K, IMAGE_SIZE)
    assert people.joint_visibility[0, SMPLX.index("left_ankle")] == 0
    assert people.joint_visibility[0, SMPLX.index("left_shoulder")] == 1


@pytest.mark.parametrize("field", ["points_px", "world"])
def test_wild_landmarks_give_finite_poses(fitter: BodyFitter, field: str) -> None:
    rng = np.random.default_rng(5)
    person = seen(posed(rng))
    shape = getattr(person, field).shape
    for k, scale in enumerate((0.0, 1.0, 1e4)):
        wild = replace(
            person,
            **{field: scale * rng.standard_normal(shape)},
            engine_id=k,
            visibility=np.zeros(33),
        )
        people = fitter.fit([wild], K, IMAGE_SIZE)
        assert np.isfinite(people.joint_rotvecs).all()
        assert np.isfinite(people.pelvis).all()
        assert people.pelvis[0, 2] > 0
