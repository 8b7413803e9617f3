"""Predictions in files against truth in files, with results worked out by hand."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aios_reference import body_arrays

from inference.aios.jobs.bodies import SmplxGeometry
from inference.aios.jobs.looking import Watcher
from inference.aios.jobs.numbered import NumberedFiles, zip_folder
from inference.aios.metrics.errors import EvaluationError
from inference.aios.metrics.evaluate import EvaluationSettings, evaluate
from inference.aios.metrics.parts import vertex_ids
from inference.aios.metrics.scores import Scores, scores
from inference.plain_pickle import PlainPickleError, dumps

RNG = np.random.default_rng(1)
JOINTS = RNG.standard_normal((127, 3))
VERTICES = RNG.standard_normal((20, 3))
IDS = {"LH": np.array([0, 1]), "RH": np.array([2, 3]), "F": np.array([4, 5])}


class Listener(Watcher):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def points(x: float) -> np.ndarray:
    """(24, 2) px: a person in a box of 230 px at x."""
    along = 10.0 * np.arange(24)
    return np.stack([x + along, along], -1)


def prediction(x: float, off_m: float = 0.0, joint: int = 5) -> dict[str, Any]:
    """A BEDLAM file's content, with one body joint and all but the hands' vertices off."""
    joints, vertices = JOINTS.copy() + 2, VERTICES.copy() + 2
    joints[joint, 0] += off_m
    vertices[4:, 1] += off_m
    return {
        "verts": vertices.astype(np.float32),
        "joints": points(x).astype(np.float32),
        "allSmplJoints3d": joints.astype(np.float32),
    }


def no_body() -> SmplxGeometry:
    raise AssertionError("these files need no body")


def save_truth(path: Path, images: list[str], xs: list[float], **more: Any) -> Path:
    count = len(xs)
    np.savez(
        path,
        image=images,
        joints2d=np.stack([points(x) for x in xs]),
        joints3d=np.stack([JOINTS] * count),
        vertices=np.stack([VERTICES] * count),
        **more,
    )
    return path


def save_predictions(folder: Path, images: dict[str, list[dict[str, Any]]]) -> Path:
    files = NumberedFiles(folder / "predictions", ".pkl")
    for image, people in images.items():
        files.replace(image, [dumps(one) for one in people])
    return folder


def run(predictions: Path, truth: Path, **options: Any) -> Scores:
    settings = EvaluationSettings(**{"ids": IDS, **options})
    return scores(evaluate(predictions, truth, settings, body=no_body))


def test_two_true_people_and_three_predictions_by_hand(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png", "a.png"], [100, 1000])
    people = [prediction(1010, 0.044), prediction(105, 0.088), prediction(3000)]
    found = run(save_predictions(tmp_path, {"a": people}), truth)
    assert (found.found, found.missed, found.false_positives) == (2, 0, 1)
    assert found.f1 == pytest.approx(2 * 2 / (2 * 2 + 1))
    errors = found.errors_mm
    # one of 22 joints is off by 44 and 88 mm: 2 and 4 mm, in the mean 3
    assert errors["MPJPE"]["B"] == pytest.approx(3, abs=1e-3)
    # the body's vertices are all off by 44 and 88 mm, so are the face's; the hands' are not
    assert [errors["MVE"][part] for part in ("B", "F")] == pytest.approx([66, 66], abs=1e-3)
    assert [errors["MVE"][part] for part in ("LH", "RH")] == pytest.approx([0, 0], abs=1e-3)
    assert errors["MVE"]["FB"] == pytest.approx(66 + 66 / 3, abs=1e-3)
    assert errors["MVE"]["all"] == pytest.approx(66 * 16 / 20, abs=1e-3)
    assert errors["NMJE"]["B"] == pytest.approx(3 / 0.8, abs=1e-3)
    assert errors["NMVE"]["FB"] == pytest.approx(88 / 0.8, abs=1e-3)
    # a body moved as a whole is nothing to the aligned measure
    assert errors["PA-MVE"]["B"] == pytest.approx(0, abs=1e-3)


def test_images_without_predictions_are_misses(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png", "b.png"], [100, 100])
    found = run(save_predictions(tmp_path, {"a": [prediction(100)]}), truth)
    assert (found.images, found.found, found.missed) == (2, 1, 1)
    assert found.recall == 0.5


def test_ignored_people_and_the_choice_to_forgive_them(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a", "a"], [100, 1000], occlusion=[5.0, 95.0])
    predicted = save_predictions(tmp_path, {"a": [prediction(100), prediction(1000)]})
    strict, kind = run(predicted, truth), run(predicted, truth, forgive_ignored=True)
    assert (strict.true_people, strict.ignored, strict.false_positives) == (1, 1, 1)
    assert (kind.true_people, kind.ignored, kind.false_positives) == (1, 1, 0)


def test_a_folder_its_parent_and_a_zip_are_the_same(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png", "img_10.png"], [100, 100])
    people = {"a": [prediction(100, 0.01)], "img_10": [prediction(110, 0.02)]}
    parent = save_predictions(tmp_path / "p", people)
    zipped = zip_folder(parent / "predictions", ".pkl")
    results = [run(path, truth) for path in (parent, parent / "predictions", zipped)]
    assert results[0] == results[1] == results[2]


def test_a_name_that_begins_like_another_is_another_image(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["img_1.png", "img_10.png"], [100, 100])
    found = run(save_predictions(tmp_path, {"img_10": [prediction(100)]}), truth)
    assert (found.found, found.missed, found.false_positives) == (1, 1, 0)


def test_pixels_of_small_images_are_multiplied_on_demand(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png"], [900])
    small = prediction(0)
    small["joints"] = points(900) / 3
    predicted = save_predictions(tmp_path, {"a": [small]})
    assert run(predicted, truth).found == 0
    assert run(predicted, truth, factor=3.0).found == 1


def test_files_of_parameters_are_posed_with_the_body(tmp_path: Path) -> None:
    np.savez(tmp_path / "smplx.npz", **body_arrays())
    body = SmplxGeometry(tmp_path / "smplx.npz")
    sizes = {
        "transl": 3, "global_orient": 3, "body_pose": 63, "left_hand_pose": 45,
        "right_hand_pose": 45, "reye_pose": 3, "leye_pose": 3, "jaw_pose": 3, "expression": 10,
        "betas": 10,
    }  # fmt: skip
    params = {
        name: 0.1 * RNG.standard_normal((1, n)).astype(np.float32) for name, n in sizes.items()
    }
    predicted = save_predictions(tmp_path, {"a": [{"params": params, "joints": points(100)}]})
    from inference.aios.metrics.predictions import Predictions

    (figure,) = Predictions(predicted, lambda: body).people("a").figures
    assert figure.vertices is not None
    np.savez(
        tmp_path / "t.npz",
        image=["a"],
        joints2d=points(100)[None],
        joints3d=figure.joints[None] + 1.5,
        vertices=figure.vertices[None] + 1.5,
    )
    settings = EvaluationSettings(ids={})
    found = scores(evaluate(predicted, tmp_path / "t.npz", settings, body=lambda: body))
    assert figure.vertices.shape == (10475, 3)
    assert found.errors_mm["MVE"]["all"] == pytest.approx(0, abs=1e-2)
    params["body_pose"] = params["body_pose"][:, :60]
    save_predictions(tmp_path, {"a": [{"params": params, "joints": points(100)}]})
    with pytest.raises(EvaluationError, match=r"body_pose of shape \(1, 60\), expected \(1, 63\)"):
        evaluate(predicted, tmp_path / "t.npz", settings, body=lambda: body)


def test_predictions_of_other_images_are_told_of_or_refused_if_all_are(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png"], [100])
    predicted = save_predictions(tmp_path, {"a": [prediction(100)], "z": [prediction(100)]})
    listener = Listener()
    evaluate(predicted, truth, EvaluationSettings(ids={}), listener, no_body)
    assert "1 images are not in the truth" in listener.warnings[0]
    other = save_predictions(tmp_path / "other", {"z": [prediction(100)]})
    with pytest.raises(EvaluationError, match="none in common"):
        evaluate(other, truth, EvaluationSettings(ids={}), body=no_body)


def test_code_in_a_prediction_is_refused_and_not_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "was run"),)

    truth = save_truth(tmp_path / "t.npz", ["a.png"], [100])
    predicted = save_predictions(tmp_path, {"a": [prediction(100)]})
    bomb = pickle.dumps({**prediction(100), "more": Bomb()})
    (predicted / "predictions/a_personId_1.pkl").write_bytes(bomb)
    with pytest.raises(PlainPickleError, match=r"a_personId_1\.pkl"):
        run(predicted, truth)
    assert not (tmp_path / "was run").exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"joints": None}, "has no 'joints'"),
        ({"joints": np.zeros((10, 2))}, r"joints has shape \(10, 2\)"),
        ({"allSmplJoints3d": np.zeros((55, 3))}, r"allSmplJoints3d has shape \(55, 3\)"),
        ({"verts": np.zeros((6890, 3))}, "6890 vertices, the truth has 20"),
    ],
)
def test_predictions_of_another_layout_are_clear_errors(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png"], [100])
    content = {k: v for k, v in (prediction(100) | change).items() if v is not None}
    with pytest.raises(EvaluationError, match=complaint):
        run(save_predictions(tmp_path, {"a": [content]}), truth)


def test_vertex_numbers_are_read_from_the_files_their_owners_publish(tmp_path: Path) -> None:
    hands = {"left_hand": np.array([3, 1]), "right_hand": np.array([5, 7])}
    (tmp_path / "hands.pkl").write_bytes(pickle.dumps(hands, 2))
    np.save(tmp_path / "face.npy", np.array([9, 8]))
    ids = vertex_ids(tmp_path / "hands.pkl", tmp_path / "face.npy")
    assert {name: numbers.tolist() for name, numbers in ids.items()} == {
        "LH": [1, 3], "RH": [5, 7], "F": [8, 9],
    }  # fmt: skip
    with pytest.raises(EvaluationError, match="left_hand and right_hand"):
        vertex_ids(hands=tmp_path / "face.npy")


def test_vertex_numbers_of_another_body_are_refused(tmp_path: Path) -> None:
    truth = save_truth(tmp_path / "t.npz", ["a.png"], [100])
    predicted = save_predictions(tmp_path, {"a": [prediction(100)]})
    with pytest.raises(EvaluationError, match="of another body"):
        run(predicted, truth, ids={"F": np.array([9999])})
