"""A camera's intrinsics from views of a printed board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .intrinsics import Intrinsics
from .source import CaptureError

FEWEST_VIEWS = 6
"""With fewer, focal length and distance cannot be told apart."""
_FEWEST_CORNERS = 8
_MARKER_SHARE = 0.75
"""Side of a ChArUco marker against its square."""
_SQUARE_PX = 120
"""Size of a square in the printed PNG."""
_DICTIONARY = cv2.aruco.DICT_5X5_100
_PLAUSIBLE_FOCAL = (0.3, 6.0)
"""Focal length against the long side: from a 120 degree lens to a strong telephoto."""


class BoardView(NamedTuple):
    """Corners of the board found in one image."""

    board_points: NDArray[np.float32]
    """(N, 3) m on the board."""
    image_points: NDArray[np.float32]
    """(N, 2) px."""


@dataclass(frozen=True, slots=True)
class Board:
    """A printed board, counted in squares.

    A checkerboard has to be seen whole; a ChArUco board may be covered in part or leave the image.
    """

    columns: int = 7
    rows: int = 5
    square_m: float = 0.03
    kind: str = "charuco"

    def __post_init__(self) -> None:
        if self.kind not in ("charuco", "checkerboard"):
            raise CaptureError(f"board '{self.kind}': charuco or checkerboard")
        if not (3 <= self.columns <= 20 and 3 <= self.rows <= 20 and self.square_m > 0):
            raise CaptureError("a board needs 3 to 20 squares each way, of a size above 0")

    def draw(self, square_px: int = _SQUARE_PX) -> NDArray[np.uint8]:
        """(H, W) the board with a white margin of half a square."""
        if self.kind == "charuco":
            size = self.columns * square_px, self.rows * square_px
            board = np.asarray(self._charuco().generateImage(size), np.uint8)
        else:
            squares = np.indices((self.rows, self.columns)).sum(axis=0) % 2 * 255
            board = np.kron(squares, np.ones((square_px, square_px))).astype(np.uint8)
        return np.pad(board, square_px // 2, constant_values=255)

    def find(self, bgr: NDArray[np.uint8]) -> BoardView | None:
        """The board's corners in an (H, W, 3) image, or None."""
        grey = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        return self._find_charuco(grey) if self.kind == "charuco" else self._find_checks(grey)

    def _find_charuco(self, grey: NDArray[np.uint8]) -> BoardView | None:
        board = self._charuco()
        corners, ids, _, _ = cv2.aruco.CharucoDetector(board).detectBoard(grey)
        if ids is None or len(ids) < _FEWEST_CORNERS or board.checkCharucoCornersCollinear(ids):
            return None
        points = np.asarray(board.getChessboardCorners(), np.float32)[np.asarray(ids, int).ravel()]
        return BoardView(points, np.asarray(corners, np.float32).reshape(-1, 2))

    def _find_checks(self, grey: NDArray[np.uint8]) -> BoardView | None:
        inner = self.columns - 1, self.rows - 1
        found, corners = cv2.findChessboardCornersSB(grey, inner)
        if not found:
            return None
        x, y = np.meshgrid(np.arange(inner[0]), np.arange(inner[1]))
        points = np.stack([x, y, np.zeros_like(x)], -1).reshape(-1, 3) * self.square_m
        return BoardView(points.astype(np.float32), np.asarray(corners, np.float32).reshape(-1, 2))

    def _charuco(self) -> cv2.aruco.CharucoBoard:
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows),
            self.square_m,
            self.square_m * _MARKER_SHARE,
            cv2.aruco.getPredefinedDictionary(_DICTIONARY),
        )


def solve_intrinsics(views: Sequence[BoardView], width: int, height: int) -> Intrinsics:
    """The camera that saw these views.

    Raises:
        CaptureError: too few views, or views too alike to tell.
    """
    if len(views) < FEWEST_VIEWS:
        raise CaptureError(
            f"the board was found in {len(views)} images, and {FEWEST_VIEWS} are needed. "
            "Show it larger, flatter, in better light, and tilted to all sides."
        )
    error_px, K, distortion, _, _ = cv2.calibrateCamera(
        [view.board_points for view in views],
        [view.image_points for view in views],
        (width, height),
        np.eye(3),
        np.zeros(5),
    )
    focal = np.array([K[0, 0], K[1, 1]]) / max(width, height)
    if (
        not np.isfinite(K).all()
        or focal.min() < _PLAUSIBLE_FOCAL[0]
        or focal.max() > (_PLAUSIBLE_FOCAL[1])
    ):
        raise CaptureError(
            f"the views do not determine the camera (focal length {K[0, 0]:.0f} px). "
            "Tilt the board to all sides and bring it to the corners of the image."
        )
    return Intrinsics(
        width=width,
        height=height,
        K=np.asarray(K, float),
        distortion=np.asarray(distortion, float).ravel(),
        error_px=float(error_px),
    )
