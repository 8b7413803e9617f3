"""What `livemocap calibrate` does: collect views of a board, solve, write camera.json."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from .calibration import Board, BoardView, solve_intrinsics
from .config import CameraConfig
from .intrinsics import write_intrinsics
from .source import CameraSource, CameraTimeout, CaptureError, EndOfSourceError
from .sources import is_live, open_source

_LIVE_PAUSE_S, _VIDEO_PAUSE_S = 0.7, 0.2
"""Between views: a live board has to be moved, a video's images are many and alike."""
_MOVED_PX = 0.02
"""Share of the image's long side that the board has to move for a view to be new."""
_READ_S = 5.0


class ViewCollector:
    """Keeps views of the board that differ from the one kept before.

    Args:
        pause_s: least time between two of them.
    """

    def __init__(self, board: Board, pause_s: float = 0.0) -> None:
        self._board, self._pause_s = board, pause_s
        self._next_s = -1.0
        self.views: list[BoardView] = []
        self.size = (0, 0)
        self.images = 0

    def spread(self, count: int) -> list[BoardView]:
        """At most so many of the views, from the first to the last."""
        chosen = np.linspace(0, len(self.views) - 1, min(count, len(self.views)))
        return [self.views[round(index)] for index in chosen]

    def see(self, bgr: np.ndarray, now_s: float) -> bool:
        """Look at one (H, W, 3) image; True when it gave a new view.

        Raises:
            CaptureError: its size is not that of the images before.
        """
        size = bgr.shape[1], bgr.shape[0]
        if self.images and size != self.size:
            raise CaptureError(
                f"images of different sizes ({self.size[0]}x{self.size[1]}, {size[0]}x{size[1]}): "
                "a calibration holds for one size."
            )
        self.size = size
        self.images += 1
        if now_s < self._next_s:
            return False
        view = self._board.find(bgr)
        if view is None or not self._is_new(view):
            return False
        self.views.append(view)
        self._next_s = now_s + self._pause_s
        return True

    def _is_new(self, view: BoardView) -> bool:
        if not self.views:
            return True
        last = self.views[-1]
        if len(last.image_points) != len(view.image_points):
            return True
        moved = np.linalg.norm(view.image_points - last.image_points, axis=1).mean()
        return bool(moved > _MOVED_PX * max(self.size))


def print_board(args: argparse.Namespace) -> int:
    """Write the board as a PNG to be printed."""
    board = _board(args)
    encoded = cv2.imencode(".png", board.draw())[1]
    args.print_board.write_bytes(encoded.tobytes())
    width_mm, height_mm = args.columns * args.square_mm, args.rows * args.square_mm
    print(
        f"{args.print_board}: {args.columns}x{args.rows} squares. Print it so that the board is "
        f"{width_mm:.0f} x {height_mm:.0f} mm, measure a square, and glue it to something flat."
    )
    return 0


def calibrate_from(args: argparse.Namespace) -> int:
    """Collect views, solve and write.

    Raises:
        CaptureError: the source cannot be read or the views are not enough.
    """
    width, height = args.camera_size or (0, 0)
    config = CameraConfig(source=args.source, width=width, height=height)
    collector = ViewCollector(_board(args), _pause_s(args.source))
    with closing(open_source(config, paced=False)) as source:
        if is_live(args.source):
            print("Hold the board into the image: near and far, in every corner, tilted all ways.")
            collect(source, collector, args.views)
        else:
            collect(source, collector)
    views = collector.spread(args.views)
    camera = solve_intrinsics(views, *collector.size)
    write_intrinsics(args.output, camera)
    print(
        f"{args.output}: focal length {camera.K[0, 0]:.1f} x {camera.K[1, 1]:.1f} px at "
        f"{camera.width}x{camera.height}, {len(views)} views, "
        f"error {camera.error_px:.2f} px (good: below 0.5)"
    )
    return 0


def collect(source: CameraSource, collector: ViewCollector, wanted: int | None = None) -> None:
    """Read until there are `wanted` views, the source ends, or Ctrl-C says that it will do."""
    try:
        while wanted is None or len(collector.views) < wanted:
            image = source.read(_READ_S)
            if collector.see(image.bgr, image.t_capture_ns / 1e9):
                sys.stdout.write(f"\rview {len(collector.views)} ")
                sys.stdout.flush()
    except EndOfSourceError:
        pass
    except CameraTimeout as error:
        raise CaptureError(f"{error}. Is the camera covered or in use?") from None
    except KeyboardInterrupt:
        print(" stopped")
    print(f"\n{len(collector.views)} views from {collector.images} images")


def _pause_s(source: str) -> float:
    if is_live(source):
        return _LIVE_PAUSE_S
    return 0.0 if Path(source).is_dir() else _VIDEO_PAUSE_S


def _board(args: argparse.Namespace) -> Board:
    return Board(args.columns, args.rows, args.square_mm / 1000, args.board)
