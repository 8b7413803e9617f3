"""Images of the shipped clip, as an engine gets them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

import livemocap
from inference.engine import EngineImage

SAMPLE = Path(livemocap.__file__).parent / "sample" / "rendered_three_people.mp4"
FPS = 24.0


@cache
def sample_frames(count: int) -> tuple[np.ndarray, ...]:
    """The first images, (432, 768, 3) each."""
    video = cv2.VideoCapture(str(SAMPLE))
    return tuple(video.read()[1] for _ in range(count))


def engine_image(
    bgr: np.ndarray, t_s: float, camera_id: str = "cam0", cut: float = 0.0
) -> EngineImage:
    height, width = bgr.shape[:2]
    focal = 1.2 * max(width, height)
    K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]], np.float32)
    return EngineImage(
        camera_id=camera_id,
        bgr=bgr,
        K=K,
        intrinsics_source="assumed",
        t_capture_ns=round((10 + t_s) * 1e9),
        cut=cut,
    )
