"""The tracking benchmark's files, made small."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tracking.evaluate.bench_body import body_joints
from tracking.evaluate.bench_files import bench_scenarios
from tracking.evaluate.errors import EvaluationError
from tracking.evaluate.scoring import figures, score

T, P = 40, 2
K = np.array([[1000.0, 0, 640], [0, 1000, 360], [0, 0, 1]])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Results that are right and their truth: two people walk past the camera, dropped frames."""
    times = np.arange(T + 4) / 30
    transl = np.zeros((T + 4, P, 3))
    transl[..., 0] = np.outer(times, [1.0, -1.0]) + np.array([-0.7, 0.7])
    transl[..., 2] = [4.0, 5.0]
    rotvec = 0.3 * np.sin(3 * times[:, None, None, None] + np.arange(55)[:, None]) * np.ones(3)
    rotvec = np.broadcast_to(rotvec, (T + 4, P, 55, 3)).copy()
    rotvec[:, :, 0] = [np.pi, 0, 0]
    betas = np.array([[1.0, *[0] * 9], [0.0, 2, *[0] * 8]])
    frame_index = np.delete(np.arange(T + 4), [10, 11, 12, 13])
    frame, person = np.divmod(np.arange(T * P), P)
    seen = np.ones((T, P), bool)
    seen[20:30, 1] = False
    det_frame, det_gt = np.nonzero(seen)
    truth, results = tmp_path / "data", tmp_path / "rows"
    truth.mkdir()
    results.mkdir()
    np.savez(
        truth / "x01_pass.gt.npz",
        rotvec=rotvec, transl=transl, betas=betas, t=times, K=K, frame_index=frame_index,
        vis=np.ones((T + 4, P)), present=np.ones((T + 4, P), bool),
        contact=np.zeros((T + 4, P, 4), bool), box=np.tile([0, 0, 100.0, 400], (T + 4, P, 1)),
        cam_R=np.tile(np.diag([1.0, -1, -1]), (T + 4, 1, 1)), cam_t=np.zeros((T + 4, 3)),
        det_gt=det_gt,
    )  # fmt: skip
    meta = json.dumps({"name": "x01_pass", "fps": 30})
    np.savez(
        truth / "x01_pass.npz",
        meta=meta, t=times[frame_index], frame_index=frame_index, det_frame=det_frame,
    )  # fmt: skip
    np.savez(
        results / "x01_pass.npz",
        frame=frame, track_id=person + 5, emit=np.minimum(frame + 2, T - 1),
        rotvec=rotvec[frame_index[frame], person], transl=transl[frame_index[frame], person],
        betas=betas[person],
    )  # fmt: skip
    return results, truth


def changed(path: Path, **arrays: np.ndarray) -> None:
    np.savez(path, **{**np.load(path), **arrays})


def test_right_rows_are_right(folders: tuple[Path, Path]) -> None:
    (scenario,) = bench_scenarios(*folders)
    found = figures(score(scenario).counts)
    assert (found["HOTA"], found["people"]) == (pytest.approx(100), 2)
    assert found["mpjpe_absolute_mm"] == pytest.approx(0, abs=1e-6)
    assert found["gaps of 0.2-0.5 s"] == 1
    assert found["same id after 0.2-0.5 s"] == 100
    assert found["delay_ms"] == pytest.approx(2000 / 30, rel=0.15)


def test_another_id_after_a_gap_is_another_person(folders: tuple[Path, Path]) -> None:
    rows = folders[0] / "x01_pass.npz"
    held = np.load(rows)
    later = (held["track_id"] == 6) & (held["frame"] > 25)
    changed(rows, track_id=np.where(later, 9, held["track_id"]))
    (scenario,) = bench_scenarios(*folders)
    found = figures(score(scenario).counts)
    assert (found["same id after 0.2-0.5 s"], found["switches"], found["tracks"]) == (0, 1, 3)


def test_joints_of_the_rows_go_before_those_of_the_body(folders: tuple[Path, Path]) -> None:
    rows = folders[0] / "x01_pass.npz"
    held = np.load(rows)
    joints = np.zeros((T * P, 55, 3))
    joints[:, :22] = body_joints(held["rotvec"], held["transl"], held["betas"])
    joints[:, 0, 2] += 0.022
    changed(rows, joints=joints)
    (scenario,) = bench_scenarios(*folders)
    found = figures(score(scenario).counts)
    assert found["mpjpe_absolute_mm"] == pytest.approx(1)


def test_the_body_is_as_tall_as_it_says() -> None:
    joints = body_joints(
        np.zeros((2, 55, 3)), np.zeros((2, 3)), np.array([[0.0] * 10, [1.0] + [0] * 9])
    )
    height = joints[:, 15, 1] - joints[:, 7, 1]
    assert height == pytest.approx([1.44, 1.44 * 1.04], abs=0.01)
    np.testing.assert_allclose(joints[:, 1] * [-1, 1, 1], joints[:, 2])


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"frame": np.full(T * P, T)}, r"row 0 is of frame 40, the scenario has 40"),
        ({"transl": np.full((T * P, 3), np.nan)}, "transl holds numbers that are not finite"),
        ({"betas": np.zeros((3, 10))}, "different lengths"),
        ({"emit": np.full(T * P, -1)}, "row 0 was sent before its frame"),
        ({"track_id": np.zeros(T * P, int)}, "frame 0: track 0 is there twice"),
    ],
)
def test_rows_that_make_no_sense_are_refused(
    folders: tuple[Path, Path], arrays: dict[str, np.ndarray], told: str
) -> None:
    changed(folders[0] / "x01_pass.npz", **arrays)
    with pytest.raises(EvaluationError, match=told):
        list(bench_scenarios(*folders))


def test_files_that_are_none_or_not_there_are_told(folders: tuple[Path, Path]) -> None:
    results, truth = folders
    (results / "x01_pass.npz").write_text("hello")
    with pytest.raises(EvaluationError, match=r"cannot be read as \.npz"):
        list(bench_scenarios(results, truth))
    np.savez(results / "x01_pass.npz", frame=np.zeros(1))
    with pytest.raises(EvaluationError, match="has no track_id, rotvec"):
        list(bench_scenarios(results, truth))
    (results / "x01_pass.npz").unlink()
    with pytest.raises(EvaluationError, match="none of the 1 scenarios"):
        list(bench_scenarios(results, truth))
