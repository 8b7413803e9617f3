"""Ground truth in its two layouts, and what is refused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.aios.metrics.errors import EvaluationError
from inference.aios.metrics.truth import TruePeople, read_truth
from inference.plain_pickle import PlainPickleError

RNG = np.random.default_rng(0)


def rows(images: list[str], **more: Any) -> dict[str, Any]:
    count = len(images)
    return {
        "image": np.array(images),
        "joints2d": RNG.uniform(0, 1000, (count, 127, 2)),
        "joints3d": RNG.standard_normal((count, 127, 3)),
        **more,
    }


def save(path: Path, content: dict[str, Any]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **content)
    else:
        path.write_bytes(pickle.dumps(content))
    return path


def agora_table() -> dict[str, Any]:
    """As `DataFrame.to_dict("list")` gives it: two images, of 2 and 1 people."""
    people = [2, 1]
    return {
        "imgPath": ["ag_00001.png", "ag_00002.png"],
        "isValid": [[True, False], [True]],
        "occlusion": [np.array([10.0, 5.0]), [95.0]],
        "gt_joints_2d": [[RNG.uniform(0, 9, (127, 2)) for _ in range(n)] for n in people],
        "gt_joints_3d": [[RNG.standard_normal((127, 3)) for _ in range(n)] for n in people],
        "gt_verts": [np.stack([RNG.standard_normal((5, 3))] * n) for n in people],
    }


def read(path: Path) -> list[TruePeople]:
    return list(read_truth(path))


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_rows_of_people_are_gathered_by_image(tmp_path: Path, suffix: str) -> None:
    content = rows(["b.png", "a_1280x720.png", "b.png"], vertices=RNG.random((3, 7, 3)))
    b, a = read(save(tmp_path / f"t{suffix}", content))
    assert (b.image, a.image) == ("b", "a")
    np.testing.assert_array_equal(b.joints_px, content["joints2d"][[0, 2]])
    np.testing.assert_array_equal(b.figures[1].joints, content["joints3d"][2])
    np.testing.assert_array_equal(a.figures[0].vertices, content["vertices"][1])
    assert b.counted.tolist() == [True, True]
    assert np.isnan(b.occlusion).all()


def test_people_who_are_invalid_or_nearly_hidden_do_not_count(tmp_path: Path) -> None:
    hidden = [0.0, 90.0, 90.5, -1.0, 10.0]
    content = rows(["a.png"] * 5, occlusion=hidden, valid=[True, True, True, True, False])
    (a,) = read(save(tmp_path / "t.npz", content))
    assert a.counted.tolist() == [True, True, False, False, False]
    np.testing.assert_array_equal(a.occlusion, hidden)


def test_agoras_table_is_read_by_its_own_column_names(tmp_path: Path) -> None:
    table = agora_table()
    one, two = read(save(tmp_path / "t.pkl", table))
    assert (one.image, two.image) == ("ag_00001", "ag_00002")
    assert (one.counted.tolist(), two.counted.tolist()) == ([True, False], [False])
    np.testing.assert_array_equal(one.figures[1].joints, table["gt_joints_3d"][0][1])
    assert one.figures[0].vertices is not None
    assert one.figures[0].vertices.shape == (5, 3)


def test_the_files_of_a_folder_are_read_one_after_the_other(tmp_path: Path) -> None:
    save(tmp_path / "2.npz", rows(["c.png"]))
    save(tmp_path / "1.pkl", agora_table())
    assert [p.image for p in read(tmp_path)] == ["ag_00001", "ag_00002", "c"]


def test_bedlams_names_keep_their_dots(tmp_path: Path) -> None:
    (people,) = read(save(tmp_path / "t.npz", rows(["scene_v1.2_frameID_seq_0_0005"])))
    assert people.image == "scene_v1.2_frameID_seq_0_0005"


def test_a_pandas_pickle_is_refused_with_how_to_convert_it(tmp_path: Path) -> None:
    path = tmp_path / "t.pkl"
    path.write_bytes(b"cpandas.core.frame\nDataFrame\n.")
    with pytest.raises(PlainPickleError, match=r"read_pickle.*to_dict"):
        read(path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"joints3d": None}, "has no joints3d"),
        ({"image": None}, "expected ground truth with image"),
        ({"joints2d": np.zeros((2, 23, 2))}, r"shape \(23, 2\), expected \(24 or more, 2\)"),
        ({"joints3d": np.zeros((2, 55, 3))}, r"shape \(55, 3\), expected \(127 or more, 3\)"),
        ({"valid": np.ones(3, bool)}, "valid has 3 rows, image has 2"),
    ],
)
def test_other_arrays_are_a_clear_error(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    content = {k: v for k, v in (rows(["a.png", "b.png"]) | change).items() if v is not None}
    with pytest.raises(EvaluationError, match=complaint):
        read(save(tmp_path / "t.npz", content))


def test_missing_empty_and_damaged_files_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no such file"):
        read(tmp_path / "missing.npz")
    with pytest.raises(EvaluationError, match=r"no \.npz and no \.pkl"):
        read(tmp_path)
    (tmp_path / "bad.npz").write_bytes(b"no zip")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read(tmp_path / "bad.npz")
    np.savez(tmp_path / "bad.npz", image=np.array([{"run": 1}], object))
    with pytest.raises(EvaluationError, match="cannot be read"):
        read(tmp_path / "bad.npz")
