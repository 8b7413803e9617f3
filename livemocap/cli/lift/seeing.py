"""2D keypoints of everybody in every image, found by an engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from capture.changes import ChangeDetector
from inference.engine import PoseEngine
from inference.process import engine_image, pose_frame
from livemocap.messages import ImageFrame, PoseFrame

from ..clip import Clip

CAMERA = "cam0"


def images_of(clip: Clip) -> Iterator[tuple[ImageFrame, Any]]:
    """What there is to know of each image, and its pixels (H, W, 3) BGR; the message has none."""
    changes = ChangeDetector()
    for sequence, (t_ns, upright) in enumerate(clip.uprights()):
        change = changes.step(upright.bgr)
        height, width = upright.bgr.shape[:2]
        about = ImageFrame(
            camera_id=CAMERA,
            sequence=sequence,
            t_capture_ns=t_ns,
            t_grab_ns=t_ns,
            width=width,
            height=height,
            encoding="bgr",
            pixels=np.zeros(0, np.uint8),
            K=np.asarray(upright.K, np.float32),
            intrinsics_source=upright.intrinsics_source,
            cut=change.cut,
            camera_motion_px=change.camera_motion_px,
        )
        yield about, upright.bgr


def seen_by_engine(clip: Clip, engine: PoseEngine) -> Iterator[PoseFrame]:
    """Everybody whom an engine sees, image by image."""
    for about, bgr in images_of(clip):
        (people,) = engine.infer([engine_image(about, bgr)])
        yield pose_frame(engine, about, people, about.t_grab_ns, about.t_grab_ns)
