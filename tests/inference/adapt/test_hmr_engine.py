"""DynaBOA's base model as an engine: crops looked at, bodies put in front of the real camera."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from lift_parity.hmr import network
from reference import synthetic_smpl
from sample_clip import engine_image, sample_frames

from inference.adapt.body_joints import RestJoints, local_rotations_of
from inference.adapt.crop_camera import pelvis_in_camera, turned_to_camera
from inference.adapt.engine import Body, HmrEngine
from inference.adapt.smpl import SmplBody
from inference.body_model import default_body
from inference.engine import People, PoseEngine
from inference.errors import WeightsError
from inference.landmarks.keypoints import KeypointDetector
from inference.registry import make_engine
from livemocap.coords import project
from livemocap.skeleton import SMPLX

K = np.array([[900.0, 0, 480], [0, 900, 270], [0, 0, 1]])


def rest_joints() -> RestJoints:
    return RestJoints(synthetic_smpl.make(0), default_body().rest_joints(np.zeros(1)))


@pytest.fixture(scope="module")
def engine() -> Iterator[PoseEngine]:
    """With weights and a body by rule: poses make no sense, but are poses."""
    detector = KeypointDetector.load(quality="fast", threads=1)
    body = Body(rest_joints(), "smpl_neutral", "0" * 16)
    engine = HmrEngine(detector, network(0, 0), body, torch.device("cpu"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def people(engine: PoseEngine) -> People:
    return engine.infer([engine_image(sample_frames(1)[0], 0)])[0]


def test_everybody_is_posed(people: People) -> None:
    shapes = {"joint_rotvecs": (55, 3), "pelvis": (3,), "rest_joints": (55, 3), "betas": (10,)}
    for name, shape in shapes.items():
        assert getattr(people, name).shape == (3, *shape), name
        assert np.isfinite(getattr(people, name)).all(), name
    assert people.betas.any()
    assert (people.joint_visibility[:, SMPLX.index("left_index1") :] == 0).all()


def test_the_pelvis_is_seen_in_the_persons_box(people: People) -> None:
    seen = project(people.K, people.pelvis)
    low, high = people.boxes_px[:, :2], people.boxes_px[:, 2:]
    margin = 0.3 * (high - low).max(1, keepdims=True)
    assert ((seen > low - margin) & (seen < high + margin)).all()


def test_an_image_without_people_is_answered_with_nobody(engine: PoseEngine) -> None:
    (nobody,) = engine.infer([engine_image(np.zeros((90, 160, 3), np.uint8), 0, "dark")])
    assert nobody.joint_rotvecs.shape == (0, 55, 3)


def test_rest_joints_are_smpls_and_ours_beyond_the_wrists() -> None:
    betas = np.random.default_rng(0).normal(size=(2, 10))
    extra, _ = synthetic_smpl.regressors(0)
    body = SmplBody(synthetic_smpl.make(0), extra)
    still = torch.eye(3).expand(2, 24, 3, 3)
    _, named = body(still, torch.from_numpy(betas).float())
    rest = rest_joints()(betas)
    ankle = 11  # of OpenPose: the right ankle
    np.testing.assert_allclose(rest[:, SMPLX.index("right_ankle")], named[:, ankle], atol=1e-5)
    ours = default_body().rest_joints(np.zeros(1))
    for joint, parent in (("left_index1", "left_wrist"), ("jaw", "head")):
        j, p = SMPLX.indices(joint, parent)
        np.testing.assert_allclose(rest[:, j] - rest[:, p], [ours[j] - ours[p]] * 2, atol=1e-6)


def test_smpls_joints_keep_their_places_among_ours() -> None:
    turned = np.random.default_rng(1).normal(size=(2, 24, 3, 3))
    ours = local_rotations_of(turned)
    np.testing.assert_array_equal(ours[:, :22], turned[:, :22])
    np.testing.assert_array_equal(ours[:, 22:], np.broadcast_to(np.eye(3), (2, 33, 3, 3)))


def test_a_crops_camera_becomes_a_place_in_front_of_the_real_one() -> None:
    """A metre is seen as long as the crop's camera says, and the pelvis where it says."""
    boxes = np.array([[480.0, 270, 200], [800, 100, 300]])
    camera = np.array([[0.9, 0.1, -0.2], [0.7, 0.0, 0.3]])
    pelvis = pelvis_in_camera(camera, np.zeros((2, 3)), boxes, K)
    px_per_m = camera[:, 0] * boxes[:, 2] / 2
    for step in ([0.0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]):
        where = pelvis + np.array(step)
        wanted = boxes[:, :2] + px_per_m[:, None] * (camera[:, 1:] + where[:, :2] - pelvis[:, :2])
        np.testing.assert_allclose(project(K, where), wanted, atol=1e-6)


def test_a_place_that_makes_no_sense_is_unknown() -> None:
    for scale in (0.0, -1.0, np.nan):
        found = pelvis_in_camera(
            np.array([[scale, 0, 0]]), np.zeros((1, 3)), np.array([[480.0, 270, 200]]), K
        )
        assert np.isnan(found).all()


def test_somebody_at_the_edge_who_faces_the_camera_is_turned_towards_it() -> None:
    boxes = np.array([[480.0, 270, 200], [480 + 900, 270, 200]])
    turned = turned_to_camera(np.tile(np.eye(3), (2, 1, 1)), boxes, K)
    np.testing.assert_allclose(turned[0], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(turned[1] @ [0, 0, 1], np.array([1, 0, 1]) / 2**0.5, atol=1e-12)
    np.testing.assert_allclose(turned[1] @ [0, 1, 0], [0, 1, 0], atol=1e-12)


def test_without_its_files_it_says_what_to_bring(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match=r"basemodel\.pt.*install.*smpl: download.*neutral"):
        make_engine("hmr")
