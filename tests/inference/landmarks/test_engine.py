from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sample_clip import FPS, engine_image, sample_frames

from inference.engine import PoseEngine
from inference.landmarks.engine import LandmarksEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[LandmarksEngine]:
    engine = LandmarksEngine.load(quality="fast", device="cpu", threads=2)
    yield engine
    engine.close()


def test_it_is_a_pose_engine_with_a_name_and_a_body(engine: LandmarksEngine) -> None:
    as_protocol: PoseEngine = engine
    assert as_protocol.name.startswith("landmarks/")
    assert len(engine.body_hash) == 16
    assert engine.keypoint_layout == "blazepose33"


def test_every_array_has_a_row_for_everybody(engine: LandmarksEngine) -> None:
    engine.reset("cam0")
    (people,) = engine.infer([engine_image(sample_frames(1)[0], 0)])
    shapes = {
        "boxes_px": (4,), "joint_rotvecs": (55, 3), "pelvis": (3,), "rest_joints": (55, 3),
        "joint_visibility": (55,), "keypoints_px": (33, 3), "engine_ids": (), "scores": (),
    }  # fmt: skip
    for name, shape in shapes.items():
        assert getattr(people, name).shape == (3, *shape), name
        assert np.isfinite(getattr(people, name)).all(), name
    assert people.intrinsics_source == "assumed"
    assert (people.pelvis[:, 2] > 1).all()


def test_an_empty_image_is_answered_with_nobody(engine: LandmarksEngine) -> None:
    for shape in ((1, 1), (120, 160), (40, 12000)):
        (people,) = engine.infer([engine_image(np.zeros((*shape, 3), np.uint8), 0, "dark")])
        assert len(people.scores) == 0


def test_cameras_do_not_know_each_other(engine: LandmarksEngine) -> None:
    bgr = sample_frames(1)[0]
    one, other = engine.infer([engine_image(bgr, 0, "left"), engine_image(bgr, 0, "right")])
    assert not set(one.engine_ids) & set(other.engine_ids)
    (again,) = engine.infer([engine_image(bgr, 1 / FPS, "left")])
    assert set(again.engine_ids) == set(one.engine_ids)


def test_a_reset_forgets_who_was_there(engine: LandmarksEngine) -> None:
    bgr = sample_frames(1)[0]
    (before,) = engine.infer([engine_image(bgr, 0, "cam1")])
    engine.reset("cam1")
    (after,) = engine.infer([engine_image(bgr, 1 / FPS, "cam1")])
    assert not set(before.engine_ids) & set(after.engine_ids)


def test_the_same_images_give_the_same_people_on_any_number_of_threads() -> None:
    answers = []
    for threads in (1, 3):
        engine = LandmarksEngine.load(quality="fast", device="cpu", threads=threads)
        images = [engine_image(bgr, k / FPS) for k, bgr in enumerate(sample_frames(3))]
        answers.append([engine.infer([image])[0] for image in images])
        engine.close()
    for one, other in zip(*answers, strict=True):
        for name in ("joint_rotvecs", "pelvis", "betas", "keypoints_px", "engine_ids"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
