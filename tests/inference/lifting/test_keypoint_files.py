"""Keypoints of other detectors, from their files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.lifting.keypoint_files import KeypointFileError, read_keypoints
from inference.lifting.keypoint_layouts import LAYOUTS, coco_from
from livemocap.skeleton import COCO17


def somebody(x: float = 100.0, points: int = 17, confidence: float = 0.8) -> np.ndarray:
    """(points, 3), no two at one place."""
    k = np.arange(points)
    return np.stack([x + 7 * k, 50.0 + 11 * k, np.full(points, confidence)], -1)


def written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def row(image: object, points: np.ndarray, **more: object) -> dict[str, object]:
    return {"image_id": image, "category_id": 1, "keypoints": points.ravel().tolist(), **more}


def test_alphapose_rows_come_by_image_in_any_order(tmp_path: Path) -> None:
    rows = [
        row("12.jpg", somebody(300), score=2.9, idx=[4]),
        row("0.jpg", somebody(20), score=2.1, box=[1, 2, 3, 4]),
        row("12.jpg", somebody(100), score=2.9, idx=1.0),
    ]
    file = read_keypoints(written(tmp_path / "a.json", rows))
    assert list(file.images) == [0, 12]
    assert file.images[12].ids.tolist() == [4, 1]
    assert file.images[0].ids.tolist() == [-1]
    np.testing.assert_allclose(file.images[12].keypoints_px[1], somebody(100), rtol=1e-6)


@pytest.mark.parametrize("points", [26, 133, 136])
def test_whole_bodies_begin_with_cocos_points(points: int, tmp_path: Path) -> None:
    file = read_keypoints(written(tmp_path / "a.json", [row("3.png", somebody(9, points))]))
    np.testing.assert_allclose(file.images[3].keypoints_px[0], somebody(9), rtol=1e-6)


def test_two_poses_of_one_person_are_put_together(tmp_path: Path) -> None:
    twice = [
        row("1.jpg", somebody(100)),
        row("1.jpg", somebody(101.5)),
        row("1.jpg", somebody(400)),
    ]
    (image,) = read_keypoints(written(tmp_path / "a.json", twice)).images.values()
    assert len(image.ids) == 2
    assert 100 < image.keypoints_px[:, 0, 0].min() < 101.5


def test_what_two_people_do_not_show_makes_them_no_one_person(tmp_path: Path) -> None:
    left, right = somebody(100), somebody(500)
    left[5:], right[5:] = 0, 0
    (image,) = read_keypoints(
        written(tmp_path / "a.json", [row("1.jpg", left), row("1.jpg", right)])
    ).images.values()
    assert len(image.ids) == 2


@pytest.mark.parametrize("form", ["open", "cmu"])
def test_alphapose_writes_openposes_points_too(form: str, tmp_path: Path) -> None:
    values = somebody(30, 18).ravel().tolist()
    image = {"bodies": [{"joints": values}]}
    if form == "open":
        image = {"people": [{"pose_keypoints_2d": values}]}
    file = read_keypoints(written(tmp_path / "a.json", {"7.jpg": {"version": "0.3", **image}}))
    shoulder = file.images[7].keypoints_px[0, COCO17.index("right_shoulder")]
    np.testing.assert_allclose(shoulder, somebody(30, 18)[2], rtol=1e-6)


@pytest.mark.parametrize("points", [25, 18])
def test_a_folder_of_openpose(points: int, tmp_path: Path) -> None:
    for t in range(3):
        people = [{"person_id": [-1], "pose_keypoints_2d": somebody(t, points).ravel().tolist()}]
        people = people if t else [{"person_id": [-1], "pose_keypoints_2d": []}]
        written(
            tmp_path / f"my_2nd_clip_{t:012d}_keypoints.json", {"version": 1.3, "people": people}
        )
    file = read_keypoints(tmp_path)
    assert {t: len(image.ids) for t, image in file.images.items()} == {0: 0, 1: 1, 2: 1}
    names = LAYOUTS["body25" if points == 25 else "openpose18"]
    found = file.images[2].keypoints_px[0, COCO17.index("left_ankle")]
    np.testing.assert_allclose(found, somebody(2, points)[names.index("left_ankle")], rtol=1e-6)


def test_a_video_with_dots_in_its_name_is_counted_by_its_images(tmp_path: Path) -> None:
    people = [{"pose_keypoints_2d": somebody(3, 25).ravel().tolist()}]
    for t in range(2):
        written(tmp_path / f"22.11. dance_{t:012d}_keypoints.json", {"people": people})
    assert list(read_keypoints(tmp_path).images) == [0, 1]


def test_cocos_annotations_count_images_by_name(tmp_path: Path) -> None:
    points = somebody(10, confidence=2)
    points[3, 2], points[4] = 1, 0
    content = {
        "images": [
            {"id": 90, "file_name": "b.jpg", "width": 640, "height": 480},
            {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480},
        ],
        "annotations": [row(90, points)],
    }
    file = read_keypoints(written(tmp_path / "a.json", content))
    assert file.size_px == (640, 480)
    assert file.images[1].keypoints_px[0, 2:5, 2].tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize("layout", ["coco", "h36m"])
def test_archives_of_videopose3d(layout: str, tmp_path: Path) -> None:
    clip = np.random.default_rng(0).uniform(10, 400, (4, 17, 2)).astype(np.float32)
    about = {
        "layout_name": layout,
        "num_joints": 17,
        "keypoints_symmetry": [[1, 3], [2, 4]],
        "video_metadata": {"a.mp4": {"w": 640, "h": 360, "fps": 25.0}},
    }
    path = tmp_path / "data_2d_custom_a.npz"
    np.savez_compressed(path, positions_2d={"a.mp4": {"custom": [clip]}}, metadata=about)  # type: ignore
    file = read_keypoints(path)
    wrist = LAYOUTS[layout].index("left_wrist")
    found = file.images[3].keypoints_px[0, COCO17.index("left_wrist")]
    np.testing.assert_allclose(found, [*clip[3, wrist], 1])
    assert file.size_px == (640, 360)
    assert (file.images[0].keypoints_px[0, :, 2] > 0).sum() == (17 if layout == "coco" else 13)


def test_an_archive_of_ours_keeps_ids_and_leaves_out_who_is_not_there(tmp_path: Path) -> None:
    points = np.stack([np.stack([somebody(9), somebody(300)])] * 3)
    points[1, 0] = np.nan
    np.savez(tmp_path / "a.npz", keypoints_px=points, ids=np.array([3, 8]))
    file = read_keypoints(tmp_path / "a.npz")
    assert [image.ids.tolist() for image in file.images.values()] == [[3, 8], [8], [3, 8]]


def test_nothing_in_an_archive_is_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "run"),)

    np.savez(tmp_path / "a.npz", positions_2d=np.array({"a": Evil()}, object))
    with pytest.raises(KeypointFileError, match="never done"):
        read_keypoints(tmp_path / "a.npz")
    assert not (tmp_path / "run").exists()


def test_nulls_nans_and_zeros_are_unknown(tmp_path: Path) -> None:
    points = somebody(10).ravel().tolist()
    points[0], points[4], points[6], points[7] = None, float("nan"), 0.0, 0.0
    file = read_keypoints(written(tmp_path / "a.json", [row("1.jpg", np.array(points, float))]))
    found = file.images[1].keypoints_px[0]
    assert not found[:3].any()
    assert found[3:, 2].all()


def test_confidences_end_at_one_and_layouts_have_the_same_shoulders() -> None:
    for name, names in LAYOUTS.items():
        found = coco_from(somebody(5, len(names), confidence=3.0), name)
        here = somebody(5, len(names))[names.index("right_shoulder"), :2]
        np.testing.assert_allclose(found[COCO17.index("right_shoulder")], [*here, 1])


BROKEN: dict[str, tuple[object, str]] = {
    "cut off": ('[{"image_id": "1.jpg", "keyp', "not JSON, or cut off"),
    "no list": ({"hello": 1}, "neither AlphaPose's nor COCO's"),
    "no keypoints": ([{"image_id": "1.jpg"}], "entry 0 has no image_id and keypoints"),
    "no number": ([row("first.jpg", somebody())], "has no number"),
    "21 points": ([row("1.jpg", somebody(points=21))], "has 21 points"),
    "50 numbers": ([{"image_id": 1, "keypoints": [1.0] * 50}], "50 keypoint numbers"),
    "words": ([{"image_id": 1, "keypoints": ["a"] * 51}], "not a list of numbers"),
    "numbers that are none": ('[{"image_id": NaN, "keypoints": []}]', "not as its detector writes"),
    "too large an id": ([row("1.jpg", somebody(), idx=2**70)], "not as its detector writes"),
    "people who are none": ({"people": [1, 2]}, "not as its detector writes"),
    "an id that is none": (
        {"people": [{"person_id": [None], "pose_keypoints_2d": [1.0] * 75}]},
        "not as its detector writes",
    ),
    "COCO without images": ({"images": [{"id": 1}], "annotations": []}, "without 'file_name'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    content, message = BROKEN[name]
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(KeypointFileError, match=message) as caught:
        read_keypoints(path)
    assert str(path) in str(caught.value)


def test_missing_empty_and_damaged_places_say_so(tmp_path: Path) -> None:
    with pytest.raises(KeypointFileError, match="no such file"):
        read_keypoints(tmp_path / "none.json")
    with pytest.raises(KeypointFileError, match=r"holds no \.json"):
        read_keypoints(tmp_path)
    (tmp_path / "a.npz").write_bytes(b"PK\3\4 broken")
    with pytest.raises(KeypointFileError, match="damaged"):
        read_keypoints(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", other=np.zeros(3))
    with pytest.raises(KeypointFileError, match="holds other"):
        read_keypoints(tmp_path / "b.npz")
