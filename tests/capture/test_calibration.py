"""Boards drawn, seen by a known camera, and the camera found again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.calibrate import ViewCollector
from capture.calibration import Board, solve_intrinsics
from capture.cli import add_calibrate
from capture.source import CaptureError

SIZE = (960, 720)
K = np.array([[900.0, 0, 470], [0, 905, 350], [0, 0, 1]])
SQUARE_PX = 80


def see(board: Board, tilt_deg: tuple[float, float], offset_m: tuple[float, float]) -> np.ndarray:
    """(H, W, 3): the printed board before the camera K, warped by its homography."""
    print_px = board.draw(SQUARE_PX)
    pixel_m = board.square_m / SQUARE_PX
    size_m = np.array(print_px.shape[::-1]) * pixel_m
    R, _ = cv2.Rodrigues(np.radians([*tilt_deg, tilt_deg[0] / 3]))
    middle = R @ np.array([*(size_m / 2), 0])
    t = np.array([*offset_m, 0.36]) - middle
    H = K @ np.column_stack([R[:, 0] * pixel_m, R[:, 1] * pixel_m, t])
    grey = cv2.warpPerspective(print_px, H, SIZE, flags=cv2.INTER_AREA, borderValue=90.0)
    return np.repeat(grey[..., None], 3, axis=2)


def views_of(board: Board) -> list[np.ndarray]:
    tilts = [(0, 0), (25, 0), (-25, 5), (0, 28), (5, -28), (20, 20), (-20, 18), (18, -20)]
    offsets = [(0, 0), (0.02, 0.01), (-0.02, 0.0), (0.0, -0.02)]
    return [see(board, tilt, offsets[n % 4]) for n, tilt in enumerate(tilts)]


@pytest.mark.parametrize("kind", ["charuco", "checkerboard"])
def test_the_camera_is_found_again(kind: str) -> None:
    board = Board(7, 5, 0.03, kind)
    views = [board.find(image) for image in views_of(board)]
    assert all(view is not None for view in views)
    camera = solve_intrinsics([view for view in views if view], *SIZE)
    np.testing.assert_allclose(camera.K[[0, 1], [0, 1]], K[[0, 1], [0, 1]], rtol=0.01)
    np.testing.assert_allclose(camera.K[:2, 2], K[:2, 2], atol=8)
    assert camera.error_px < 0.5


def test_a_charuco_board_may_be_covered_in_part() -> None:
    board = Board()
    image = see(board, (10, 10), (0, 0))
    image[:, :420] = 90
    view = board.find(image)
    assert view is not None
    assert 8 <= len(view.image_points) < 24


@pytest.mark.parametrize("kind", ["charuco", "checkerboard"])
def test_an_image_without_a_board_gives_no_view(kind: str) -> None:
    assert Board(kind=kind).find(np.full((480, 640, 3), 128, np.uint8)) is None


def test_too_few_views_are_an_error_that_says_what_to_do() -> None:
    board = Board()
    view = board.find(see(board, (0, 0), (0, 0)))
    assert view is not None
    with pytest.raises(CaptureError, match="found in 1 images"):
        solve_intrinsics([view], *SIZE)


def test_a_board_held_still_counts_once() -> None:
    collector = ViewCollector(Board())
    still = see(Board(), (0, 0), (0, 0))
    assert [collector.see(still, float(n)) for n in range(3)] == [True, False, False]
    assert collector.see(see(Board(), (20, 0), (0.03, 0)), 3.0)


def test_images_of_two_sizes_make_no_calibration() -> None:
    collector = ViewCollector(Board())
    collector.see(np.zeros((480, 640, 3), np.uint8), 0.0)
    with pytest.raises(CaptureError, match="different sizes"):
        collector.see(np.zeros((720, 1280, 3), np.uint8), 1.0)


def test_views_are_taken_from_all_of_a_video() -> None:
    collector = ViewCollector(Board())
    collector.views = list(range(100))  # type: ignore[assignment]
    assert collector.spread(5) == [0, 25, 50, 74, 99]
    assert len(collector.spread(200)) == 100


def run_calibrate(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_calibrate(parser.add_subparsers())
    args = parser.parse_args(["calibrate", *arguments])
    return args.run(args)


def test_a_folder_of_photos_makes_a_camera_file(tmp_path: Path) -> None:
    for number, image in enumerate(views_of(Board())):
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
    output = tmp_path / "camera.json"
    assert run_calibrate(str(tmp_path), "-o", str(output)) == 0
    assert json.loads(output.read_text())["K"][0][0] == pytest.approx(900, rel=0.01)


def test_a_folder_without_boards_writes_nothing(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((48, 64, 3), np.uint8))
    output = tmp_path / "camera.json"
    with pytest.raises(CaptureError, match="found in 0 images"):
        run_calibrate(str(tmp_path), "-o", str(output))
    assert not output.exists()


def test_the_printed_board_is_the_board_that_is_found(tmp_path: Path) -> None:
    path = tmp_path / "board.png"
    assert run_calibrate("--print-board", str(path), "--columns", "6", "--rows", "4") == 0
    view = Board(6, 4).find(cv2.imread(str(path)))
    assert view is not None
    assert len(view.image_points) == 15
