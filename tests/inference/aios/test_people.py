"""From the network's answer to People: what is known of the actors must come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aios_people import SIZE, Actor, K, detected, image, joints_of, random_pose, standing
from aios_reference import body_arrays

from inference.aios.choose import choose, nobody
from inference.aios.people import people_of
from inference.aios.predicted_body import PredictedBody
from inference.appearance import DIMENSIONS
from inference.body_model import BodyModel
from livemocap.coords import assumed_intrinsics, project
from livemocap.rotation import geodesic, matrix_from_rotvec
from livemocap.skeleton import COCO17, SMPLX, global_rotations, joint_positions

ACTORS = [
    Actor((-1.2, 0.1, 4.0), random_pose(1), betas=0.4),
    Actor((0.9, -0.2, 5.5), random_pose(2), betas=-0.3),
    Actor((0.0, 0.3, 9.0), random_pose(3)),
]
EVERYBODY = [actor.pelvis for actor in ACTORS]


@pytest.fixture(scope="module")
def smplx(tmp_path_factory: pytest.TempPathFactory) -> PredictedBody:
    """A body of SMPL-X's layout, whose looks nobody has."""
    path = tmp_path_factory.mktemp("body") / "smplx_neutral.npz"
    np.savez(path, **body_arrays())
    return PredictedBody(BodyModel.load(path), is_smplx=True)


@pytest.fixture(scope="module", params=["open", "smplx"])
def body(request: pytest.FixtureRequest, smplx: PredictedBody) -> PredictedBody:
    return smplx if request.param == "smplx" else PredictedBody.stand_in()


@pytest.mark.parametrize("size", [SIZE, (1080, 1920), (1920, 1080), (480, 640)], ids=str)
@pytest.mark.parametrize("focal", [0.7, 1.2, 3.0])
def test_everybody_stands_where_they_stand_before_the_real_camera(
    size: tuple[int, int], focal: float, body: PredictedBody
) -> None:
    intrinsics = assumed_intrinsics(size[1], size[0], focal * max(size)).astype(np.float32)
    intrinsics[:2, 2] += [11, -7]  # a lens whose axis is off the middle
    found = detected(ACTORS, body, size, intrinsics)
    people = people_of(found, image(size, intrinsics=intrinsics), body)
    pixels, true_pixels = project(intrinsics, people.pelvis), project(intrinsics, EVERYBODY)
    np.testing.assert_allclose(pixels, true_pixels, atol=0.01)
    np.testing.assert_allclose(people.pelvis[:, 2], [a.pelvis[2] for a in ACTORS], rtol=2e-3)


def test_the_depth_is_the_network_s_times_the_focal_length_over_5000() -> None:
    body = PredictedBody.stand_in()
    found = detected(ACTORS[:1], body)
    people = people_of(found, image(), body)
    focal_at_network = K[0, 0] * found.size[1] / SIZE[1]
    depth = 1 / found.camera[0, 0] + people.rest_joints[0, 0, 2]
    assert people.pelvis[0, 2] == pytest.approx(depth * focal_at_network / 5000, rel=1e-3)


def test_the_people_cover_what_the_network_s_points_cover() -> None:
    body = PredictedBody.stand_in()
    people = people_of(detected(ACTORS, body), image(), body)
    world = global_rotations(matrix_from_rotvec(people.joint_rotvecs), SMPLX)
    joints = joint_positions(world, people.rest_joints, people.pelvis, SMPLX)
    names = ("left_shoulder", "right_knee")
    seen = people.keypoints_px[:, [COCO17.index(name) for name in names], :2]
    size = people.boxes_px[:, 3] - people.boxes_px[:, 1]
    pixels = project(K, joints[:, SMPLX.indices(*names)])
    away = np.linalg.norm(pixels - seen, axis=-1) / size[:, None]
    assert away.max() < 0.06  # the two lenses differ in perspective, and in nothing else


def test_rotations_are_those_predicted_each_at_its_own_joint() -> None:
    body = PredictedBody.stand_in()
    people = people_of(detected(ACTORS, body), image(), body)
    true = matrix_from_rotvec(np.array([actor.rotvecs for actor in ACTORS]))
    assert geodesic(true, matrix_from_rotvec(people.joint_rotvecs)).max() < 1e-3
    assert not people.joint_rotvecs[:, SMPLX.indices("left_eye", "right_eye")].any()


def test_with_smplx_the_mean_hands_are_added_as_the_body_model_adds_them(
    smplx: PredictedBody,
) -> None:
    people = people_of(detected(ACTORS, smplx), image(), smplx)
    predicted = np.array([actor.rotvecs[25:] for actor in ACTORS])
    expected = matrix_from_rotvec(predicted + smplx.model.hand_mean)
    found = matrix_from_rotvec(people.joint_rotvecs[:, 25:])
    assert geodesic(expected, found).max() < 1e-3
    np.testing.assert_allclose(people.betas[:, 0], [0.4, -0.3, 0], atol=1e-6)
    np.testing.assert_allclose(people.expression, 0.5)
    np.testing.assert_allclose(people.rest_joints, smplx.model.rest_joints(people.betas))


def test_a_stand_in_has_its_own_average_shape_and_face() -> None:
    body = PredictedBody.stand_in()
    people = people_of(detected(ACTORS, body), image(), body)
    assert not people.betas.any()
    assert not people.expression.any()
    assert people.betas.shape == people.expression.shape == (3, 10)
    np.testing.assert_array_equal(people.rest_joints[0], people.rest_joints[1])


def test_boxes_and_points_are_pixels_of_the_camera() -> None:
    body = PredictedBody.stand_in()
    found = detected(ACTORS, body)
    people = people_of(found, image(), body)
    wrist = COCO17.index("left_wrist")
    expected = found.keypoints[:, wrist] * [SIZE[1], SIZE[0]]
    np.testing.assert_allclose(people.keypoints_px[:, wrist, :2], expected, rtol=1e-5)
    joints = np.array([joints_of(actor, body)[0] + actor.pelvis for actor in ACTORS])
    pixels = project(K, joints[:, :22])
    size = np.ptp(pixels, axis=1).max(-1)
    corners = np.concatenate([pixels.min(1), pixels.max(1)], -1)
    assert (np.abs(people.boxes_px - corners) / size[:, None]).max() < 0.06


def test_a_point_is_as_sure_as_the_person_and_what_is_seen_of_it() -> None:
    body = PredictedBody.stand_in()
    actors = [ACTORS[0], replace(ACTORS[1], score=0.4)]
    people = people_of(detected(actors, body), image(), body)
    confidence = people.keypoints_px[..., 2]
    np.testing.assert_allclose(confidence.max(1), [0.9, 0.4], rtol=1e-4)


def test_clothes_are_remembered_and_nobody_is_hinted_at() -> None:
    body = PredictedBody.stand_in()
    people = people_of(detected(ACTORS, body), image(), body)
    assert people.appearance.shape == (3, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(people.appearance, axis=1), 1, rtol=1e-5)
    assert people.engine_ids.tolist() == [-1, -1, -1]


def test_nobody_is_an_answer_too() -> None:
    body = PredictedBody.stand_in()
    for found in (nobody((1, 1)), detected([], body)):
        people = people_of(found, image(), body)
        assert people.joint_rotvecs.shape == (0, 55, 3)
        assert people.keypoints_px.shape == (0, 17, 3)
        assert people.appearance.shape == (0, DIMENSIONS)
        assert people.intrinsics_source == "fov"


def test_the_same_person_seen_twice_counts_once_by_the_better_score() -> None:
    body = PredictedBody.stand_in()
    near = replace(ACTORS[0], pelvis=(-1.19, 0.1, 4.0), score=0.95)
    twins = detected([ACTORS[0], ACTORS[1], near], body)
    chosen, _ = choose(twins, 0.3, 20)
    np.testing.assert_allclose(chosen.scores, [0.95, 0.9])
    same_token = detected([ACTORS[0], replace(ACTORS[1], token=1000, score=0.5)], body)
    assert len(choose(same_token, 0.3, 20)[0].scores) == 1


def test_two_people_one_behind_the_other_are_two() -> None:
    body = PredictedBody.stand_in()
    behind = Actor((-1.6, 0.12, 5.4), random_pose(7))
    assert len(choose(detected([ACTORS[0], behind], body), 0.3, 20)[0].scores) == 2
    back_to_back = [Actor((0, 0, 4), standing()), Actor((0, 0, 4), standing(np.pi))]
    assert len(choose(detected(back_to_back, body), 0.3, 20)[0].scores) == 2


def test_the_surest_are_taken_and_the_unsure_left() -> None:
    body = PredictedBody.stand_in()
    actors = [replace(a, score=s) for a, s in zip(ACTORS, (0.35, 0.8, 0.2), strict=True)]
    found = detected(actors, body)
    np.testing.assert_allclose(choose(found, 0.3, 20)[0].scores, [0.8, 0.35])
    np.testing.assert_allclose(choose(found, 0.3, 1)[0].scores, [0.8])
