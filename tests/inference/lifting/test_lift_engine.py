"""Keypoints found, lifted and put on our skeleton: an engine like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from lifting_sights import CardboardNet, MeanNet
from sample_clip import FPS, engine_image, sample_frames
from seed_checkpoints import save_vp3d, small_vp3d

from inference.body_model import default_body
from inference.engine import People, PoseEngine
from inference.errors import InferenceError
from inference.landmarks.keypoints import KeypointDetector
from inference.lifting.engine import LiftEngine
from inference.lifting.placing import COCO_POINTS, SMPLX_POINTS
from inference.lifting.train.figures import mean_points_m
from inference.models.install import install
from inference.registry import make_engine
from livemocap.coords import project
from livemocap.lifter import coco_keypoints
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions


@pytest.fixture(scope="module")
def engine() -> Iterator[PoseEngine]:
    detector = KeypointDetector.load(quality="fast", threads=1)
    engine = LiftEngine(detector, CardboardNet(), default_body())
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def answers(engine: PoseEngine) -> list[People]:
    images = [engine_image(bgr, k / FPS) for k, bgr in enumerate(sample_frames(3))]
    return [engine.infer([image])[0] for image in images]


def test_another_lifter_is_asked_for_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With weights by rule, whose poses make no sense; who cannot be placed is left out."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    install(save_vp3d(tmp_path / "own-causal.bin", small_vp3d(causal=True)))
    engine = make_engine("lift:vp3d-causal", quality="fast", threads=1)
    assert engine.name == "lift-vp3d-causal/1"
    (people,) = engine.infer([engine_image(sample_frames(1)[0], 0)])
    assert len(people.pelvis) > 0
    assert np.isfinite(people.pelvis).all()
    assert np.isfinite(people.joint_rotvecs).all()


def test_everybody_is_posed_under_a_lasting_id(answers: list[People]) -> None:
    for people in answers:
        assert people.joint_rotvecs.shape == (3, 55, 3)
        assert people.keypoints_px.shape == (3, 33, 3)
        assert all(np.isfinite(getattr(people, name)).all() for name in ("pelvis", "rest_joints"))
        assert sorted(people.engine_ids) == sorted(answers[0].engine_ids)


def test_bones_are_the_average_bodys_whatever_was_lifted(answers: list[People]) -> None:
    rests = np.concatenate([people.rest_joints for people in answers])
    np.testing.assert_array_equal(rests, np.broadcast_to(rests[0], rests.shape))


def test_joints_are_seen_where_their_keypoints_are(answers: list[People]) -> None:
    for people in answers:
        world = global_rotations(matrix_from_rotvec(people.joint_rotvecs), SMPLX)
        joints = joint_positions(world, people.rest_joints, people.pelvis, SMPLX)
        points = coco_keypoints(people.keypoints_px, "blazepose33")[:, COCO_POINTS]
        off = np.linalg.norm(project(people.K, joints[:, SMPLX_POINTS]) - points[..., :2], axis=-1)
        height = people.boxes_px[:, 3] - people.boxes_px[:, 1]
        assert (np.median(off, 1) < 0.06 * height).all()
        assert (np.abs(people.pelvis[:, 2] - 5) < 4).all()


def test_what_a_lifter_does_not_see_is_not_claimed(answers: list[People]) -> None:
    unseen = SMPLX.indices("jaw", "left_index1", "right_wrist", "left_ankle")
    for people in answers:
        assert (people.joint_visibility[:, unseen] == 0).all()
        assert (people.joint_rotvecs[:, SMPLX.indices("jaw", "left_index1")] == 0).all()
        assert people.joint_visibility[:, SMPLX.index("left_knee")].max() > 0.5


class RestingNet(CardboardNet):
    """Says that everybody is at rest, facing the camera, with its points where `own` has them."""

    name = "own"

    def poses(self, frames: np.ndarray, /) -> np.ndarray:
        return np.broadcast_to(mean_points_m() * [1, -1, -1], (*frames.shape[:-1], 3)).copy()


def test_heads_do_not_nod_at_points_that_another_lifter_has_elsewhere() -> None:
    engine = LiftEngine(
        KeypointDetector.load(quality="fast", threads=1), RestingNet(), default_body()
    )
    (people,) = engine.infer([engine_image(sample_frames(1)[0], 0)])
    engine.close()
    bent = np.linalg.norm(people.joint_rotvecs[:, SMPLX.indices("neck", "head")], axis=-1)
    assert len(bent) > 0
    assert np.degrees(bent).max() < 5


def test_an_image_without_people_is_answered_with_nobody(engine: PoseEngine) -> None:
    (people,) = engine.infer([engine_image(np.zeros((90, 160, 3), np.uint8), 0, "dark")])
    assert len(people.scores) == 0
    assert people.intrinsics_source == "assumed"


def test_after_a_reset_a_camera_begins_anew(engine: PoseEngine) -> None:
    image = engine_image(sample_frames(1)[0], 0, "reset")
    (first,) = engine.infer([image])
    engine.reset("reset")
    (again,) = engine.infer([image])
    np.testing.assert_array_equal(first.pelvis, again.pelvis)
    assert not set(first.engine_ids) & set(again.engine_ids)


def test_what_cannot_be_live_is_refused() -> None:
    with pytest.raises(InferenceError, match="no lifter 'nobody'"):
        make_engine("lift:nobody")
    with pytest.raises(InferenceError, match="quality"):
        LiftEngine.load("own", quality="superb")
    detector = KeypointDetector.load(quality="fast", threads=1)
    with pytest.raises(InferenceError, match="ahead and cannot answer at once"):
        LiftEngine(detector, MeanNet(1, 1), default_body())
