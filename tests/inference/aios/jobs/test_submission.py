"""The files of AGORA and BEDLAM, opened as their servers open them."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from aios_job_people import CubeBody, SeenPeople, turned_jpeg
from aios_reference import golden

from inference.aios.jobs import agora, bedlam
from inference.aios.jobs.errors import JobError
from inference.aios.jobs.looking import Watcher
from inference.aios.jobs.people import People
from inference.aios.jobs.submission import Settings, joint_pixels

SMALL = np.full((720, 1280, 3), 90, np.uint8)
PARAMS = {
    "transl": (1, 3), "global_orient": (1, 3), "body_pose": (1, 63), "left_hand_pose": (1, 45),
    "right_hand_pose": (1, 45), "reye_pose": (1, 3), "leye_pose": (1, 3), "jaw_pose": (1, 3),
    "expression": (1, 10), "betas": (1, 10),
}  # fmt: skip


class Listener(Watcher):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def save(folder: Path, *names: str, image: np.ndarray = SMALL) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), image)
    return folder


def run_agora(folder: Path, out: Path, network: SeenPeople, **options: object) -> Listener:
    listener = Listener()
    settings = Settings(**{"out": out, "threshold": 0.5, **options})  # type: ignore[arg-type]
    names = agora.agora_images(folder)
    agora.write_agora(names, network, CubeBody(), settings, listener)  # type: ignore[arg-type]
    return listener


def load(path: Path) -> dict:
    with path.open("rb") as file:
        return pickle.load(file)


def results(out: Path) -> list[str]:
    return sorted(path.name for path in (out / "predictions").iterdir())


def test_agoras_files_have_exactly_the_published_layout(tmp_path: Path) -> None:
    save(tmp_path / "in", "ag_test_00001_1280x720.png")
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9, 0.4, 0.6]))
    assert results(tmp_path / "out") == [
        "ag_test_00001_personId_0.pkl", "ag_test_00001_personId_1.pkl",
    ]  # fmt: skip
    content = load(tmp_path / "out/predictions/ag_test_00001_personId_0.pkl")
    assert list(content) == ["params", "joints"]
    assert {name: array.shape for name, array in content["params"].items()} == PARAMS
    assert list(content["params"]) == list(PARAMS)
    for name, array in content["params"].items():
        assert type(array) is np.ndarray
        eye = name in ("reye_pose", "leye_pose")
        assert array.dtype == (np.float64 if eye else np.float32)
        assert eye == (not array.any())
    assert content["joints"].shape == (24, 2)
    assert content["joints"].dtype == np.float32


def test_agoras_parameters_are_the_persons_own(tmp_path: Path) -> None:
    save(tmp_path / "in", "a.png")
    network = SeenPeople([0.6, 0.9])
    run_agora(tmp_path / "in", tmp_path / "out", network)
    people = network.look(SMALL)
    for k in range(2):
        params = load(tmp_path / f"out/predictions/a_personId_{k}.pkl")["params"]
        order = ("global_orient", "body_pose", "left_hand_pose", "right_hand_pose", "jaw_pose")
        pose = np.concatenate([params[name][0] for name in order])
        np.testing.assert_array_equal(pose, people.pose[k])
        np.testing.assert_array_equal(params["transl"][0], people.transl[k])
        np.testing.assert_array_equal(params["betas"][0], people.betas[k])
        np.testing.assert_array_equal(params["expression"][0], people.expression[k])


def expected_joints(people: People, person: int, width: int) -> np.ndarray:
    """By hand: joint j of CubeBody is at (j, 2 j, 0) mm."""
    oh, ow = people.size
    x, y, z = people.transl[person].astype(float)
    j = np.arange(24) * 1e-3
    u, v = 5000 * (x + j) / z + ow / 2, 5000 * (y + 2 * j) / z + oh / 2
    return np.stack([u, v], -1) * (width / ow)


@pytest.mark.parametrize(
    ("options", "width"), [({}, 1280), ({"factor": 3.0}, 3840), ({"wanted_width": 3840}, 3840)]
)
def test_joints_are_pixels_of_the_image_that_was_asked_for(
    tmp_path: Path, options: dict, width: int
) -> None:
    save(tmp_path / "in", "a.png")
    network = SeenPeople([0.9], [(0.3, 0.6)])
    listener = run_agora(tmp_path / "in", tmp_path / "out", network, **options)
    joints = load(tmp_path / "out/predictions/a_personId_0.pkl")["joints"]
    np.testing.assert_allclose(joints, expected_joints(network.look(SMALL), 0, width), rtol=1e-5)
    assert bool(listener.warnings) == (not options)


def test_the_hint_for_small_images_comes_once(tmp_path: Path) -> None:
    save(tmp_path / "in", "a.png", "b.png")
    listener = run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9]))
    assert len(listener.warnings) == 1
    assert "--4k" in listener.warnings[0]


def test_large_images_are_scaled_to_their_own_pixels_without_a_hint(tmp_path: Path) -> None:
    large = np.zeros((2160, 3840, 3), np.uint8)
    save(tmp_path / "in", "a.png", image=large)
    network = SeenPeople([0.9], [(0.3, 0.6)])
    listener = run_agora(tmp_path / "in", tmp_path / "out", network)
    joints = load(tmp_path / "out/predictions/a_personId_0.pkl")["joints"]
    np.testing.assert_allclose(joints, expected_joints(network.look(large), 0, 3840), rtol=1e-5)
    assert not listener.warnings


def test_an_exif_rotation_scales_by_the_turned_width_and_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    image = np.zeros((200, 300, 3), np.uint8)
    for name in "ab":
        (tmp_path / f"in/{name}.jpg").write_bytes(turned_jpeg(image, 6))
    network = SeenPeople([0.9], [(0.3, 0.6)])
    listener = run_agora(tmp_path / "in", tmp_path / "out", network)
    assert network.shapes == [(200, 300, 3)] * 2
    joints = load(tmp_path / "out/predictions/a_personId_0.pkl")["joints"]
    np.testing.assert_allclose(joints, expected_joints(network.look(image), 0, 200), rtol=1e-5)
    (warning,) = listener.warnings  # for the first of them
    assert "a.jpg: has an EXIF rotation" in warning


def test_projected_joints_are_those_of_the_published_code() -> None:
    arrays = golden("postproc")
    people = People.decoded(
        {n.removeprefix("person0_"): a for n, a in arrays.items() if n.startswith("person0_")}
        | {"person": np.arange(50)},
        tuple(arrays["in_img_shape"][0].tolist()),
    )
    points = joint_pixels(arrays["person0_smpl_kp3d"], people)
    np.testing.assert_allclose(points, arrays["person0_smplx_joint_proj"], rtol=1e-4, atol=1e-2)


def test_a_second_run_is_refused_and_may_overwrite_its_own_images_only(tmp_path: Path) -> None:
    save(tmp_path / "in", "img_1.png")
    save(tmp_path / "other", "img_10.png")
    run_agora(tmp_path / "other", tmp_path / "out", SeenPeople([0.9]))
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9, 0.8]))
    before = results(tmp_path / "out")
    assert before == ["img_10_personId_0.pkl", "img_1_personId_0.pkl", "img_1_personId_1.pkl"]
    with pytest.raises(JobError, match="--overwrite"):
        run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9]))
    assert results(tmp_path / "out") == before
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.7]), overwrite=True)
    assert results(tmp_path / "out") == ["img_10_personId_0.pkl", "img_1_personId_0.pkl"]


def test_an_image_without_people_loses_its_old_files_when_overwritten(tmp_path: Path) -> None:
    save(tmp_path / "in", "a.png")
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9]))
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.1]), overwrite=True)
    assert results(tmp_path / "out") == []


def test_both_sizes_of_one_image_are_refused(tmp_path: Path) -> None:
    save(tmp_path, "a.png", "a_1280x720.png")
    with pytest.raises(JobError, match="would be called 'a'"):
        agora.agora_images(tmp_path)


@pytest.mark.parametrize(("name", "threshold"), [("test", 0.7), ("validation", 0.1), ("x", 0.7)])
def test_the_folders_name_says_the_threshold(tmp_path: Path, name: str, threshold: float) -> None:
    assert agora.default_threshold(tmp_path / name) == threshold


def run_bedlam(folder: Path, out: Path, network: SeenPeople) -> None:
    settings = Settings(out=out, threshold=bedlam.THRESHOLD)
    names = bedlam.bedlam_images(folder)
    bedlam.write_bedlam(names, network, CubeBody(), settings)  # type: ignore[arg-type]


def test_bedlams_files_have_exactly_the_published_layout(tmp_path: Path) -> None:
    save(tmp_path / "in", "scene_6fps/png/seq_0/seq_0_0000.png", "scene_6fps/png/seq_1/f.png")
    network = SeenPeople([0.9, 0.86, 0.84], [(0.3, 0.6)] * 3)
    run_bedlam(tmp_path / "in", tmp_path / "out", network)
    assert results(tmp_path / "out") == [
        f"scene_6fps_frameID_{frame}_personId_{k}.pkl"
        for frame in ("f", "seq_0_0000")
        for k in (0, 1)
    ]
    path = tmp_path / "out/predictions/scene_6fps_frameID_f_personId_1.pkl"
    content = load(path)
    shapes = {name: (array.shape, array.dtype) for name, array in content.items()}
    assert shapes == {
        "verts": ((CubeBody.vertex_count, 3), np.float32),
        "joints": ((24, 2), np.float32),
        "allSmplJoints3d": ((127, 3), np.float32),
    }
    people = network.look(SMALL)
    np.testing.assert_allclose(content["joints"], expected_joints(people, 1, 1280), rtol=1e-5)
    joints, vertices = CubeBody().joints_and_vertices(people)
    np.testing.assert_array_equal(content["verts"], vertices[1])  # without transl
    np.testing.assert_array_equal(content["allSmplJoints3d"], joints[1, :127])


def test_bedlams_scene_is_the_fourth_part_from_the_end_also_of_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, "scene/png/seq/0001.png")
    monkeypatch.chdir(tmp_path / "scene/png/seq")
    assert list(bedlam.bedlam_images(Path()).values()) == ["scene_frameID_0001"]


def test_bedlam_looks_at_png_only(tmp_path: Path) -> None:
    save(tmp_path, "scene/png/seq/0001.jpg")
    with pytest.raises(JobError, match="no images in it or below it"):
        bedlam.bedlam_images(tmp_path)


def test_two_sequences_with_frames_of_the_same_name_are_refused(tmp_path: Path) -> None:
    save(tmp_path, "scene/png/a/0001.png", "scene/png/b/0001.png")
    with pytest.raises(JobError, match="scene_frameID_0001"):
        bedlam.bedlam_images(tmp_path)


def test_torch_is_not_in_the_files(tmp_path: Path) -> None:
    save(tmp_path / "in", "a.png")
    run_agora(tmp_path / "in", tmp_path / "out", SeenPeople([0.9]))
    encoded = (tmp_path / "out/predictions/a_personId_0.pkl").read_bytes()
    assert torch.__name__.encode() not in encoded
