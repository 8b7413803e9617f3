"""Surfaces of people: the installed SMPL-X body, and the open one in its stead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from aios_job_people import SeenPeople
from aios_reference import body_arrays

from inference.aios.body import SmplxBody
from inference.aios.jobs.bodies import OpenGeometry, SmplxGeometry, installed_body, required_body
from inference.aios.jobs.demo import placed
from inference.aios.jobs.errors import JobError
from inference.aios.jobs.submission import joint_pixels
from inference.body_model import default_body
from livemocap.skeleton import SMPLX

IMAGE = np.zeros((720, 1280, 3), np.uint8)


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where models are installed, in this test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "data/livemocap/models").mkdir(parents=True)
    return tmp_path / "data/livemocap/models"


def test_without_smplx_a_job_that_needs_it_says_how_to_get_it(data_home: Path) -> None:
    assert installed_body() is None
    with pytest.raises(JobError, match=r"models install SMPLX_NEUTRAL\.npz"):
        required_body()


def test_the_installed_body_is_smplx_evaluated_for_these_people(data_home: Path) -> None:
    np.savez(data_home / "smplx_neutral.npz", **body_arrays())
    body = required_body()
    people = SeenPeople([0.9, 0.8]).look(IMAGE).above(0.5)
    joints, vertices = body.joints_and_vertices(people)
    assert (joints.shape, joints.dtype) == ((2, 144, 3), np.float32)
    assert (vertices.shape, vertices.dtype) == ((2, 10475, 3), np.float32)
    oracle = SmplxBody.from_arrays(body_arrays())
    inputs = (people.pose, people.betas, people.expression)
    expected = oracle(*(torch.from_numpy(array) for array in inputs))
    np.testing.assert_allclose(joints, expected[0].numpy(), atol=1e-6)
    np.testing.assert_allclose(vertices, expected[1].numpy(), atol=1e-6)
    np.testing.assert_array_equal(body.faces, body_arrays()["f"])
    assert isinstance(body, SmplxGeometry)


def test_the_open_body_stands_where_the_network_saw_the_pelvis() -> None:
    people = SeenPeople([0.9], [(0.25, 0.4)], depth_m=12.0).look(IMAGE).above(0.5)
    open_body = default_body()
    pelvis = open_body.rest_joints(np.zeros((1, 10)))[:, :1].astype(np.float32)
    oh, ow = people.size
    seen = joint_pixels(pelvis, people)[0, 0]
    np.testing.assert_allclose(seen, [0.25 * ow, 0.4 * oh], atol=1.0)
    vertices = placed(people, OpenGeometry())[0]
    near = np.abs(vertices - (pelvis[0, 0] + people.transl[0])).max(-1) < 0.25
    assert near.any()


def test_the_open_body_bends_the_joints_that_were_predicted() -> None:
    people = SeenPeople([0.9]).look(IMAGE).above(0.5)
    people.pose[:] = 0
    rest = OpenGeometry().vertices(people)[0]
    elbow, wrist = SMPLX.index("left_elbow"), SMPLX.index("left_wrist")
    joints = default_body().rest_joints(np.zeros(10))
    people.pose[0, 3 * elbow + 1] = -np.pi / 2
    bent = OpenGeometry().vertices(people)[0]
    moved = np.linalg.norm(bent - rest, axis=-1) > 0.05
    assert moved.any()
    towards_hand = rest[moved] - joints[elbow]
    assert (towards_hand @ (joints[wrist] - joints[elbow]) > -0.02).all()


@pytest.mark.parametrize(
    ("slot", "joint"), [(52, "jaw"), (22, "left_index1"), (37, "right_index1"), (21, "right_wrist")]
)
def test_every_part_of_the_pose_reaches_its_joint(slot: int, joint: str) -> None:
    people = SeenPeople([0.9]).look(IMAGE).above(0.5)
    people.pose[:] = 0
    rest = OpenGeometry().vertices(people)[0]
    people.pose[0, 3 * slot : 3 * slot + 3] = [0.0, 0.0, 0.8]
    moved = np.linalg.norm(OpenGeometry().vertices(people)[0] - rest, axis=-1)
    centre = default_body().rest_joints(np.zeros(10))[SMPLX.index(joint)]
    far = rest[moved > 0.01] - centre
    assert len(far)
    assert np.linalg.norm(far, axis=-1).max() < 0.3
