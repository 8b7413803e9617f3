"""What an engine is: images in, everybody in them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from livemocap.messages import Float32, Int64, UInt8


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineImage:
    """One image for an engine, with what is known about the camera that took it."""

    camera_id: str
    bgr: UInt8
    """(H, W, 3)."""
    K: Float32
    """(3, 3) px."""
    intrinsics_source: str
    t_capture_ns: int
    cut: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What an engine saw in one image; fields and units as in livemocap.messages.PoseFrame."""

    scores: Float32
    boxes_px: Float32
    joint_rotvecs: Float32
    pelvis: Float32
    rest_joints: Float32
    betas: Float32
    expression: Float32
    joint_visibility: Float32
    keypoints_px: Float32
    appearance: Float32
    engine_ids: Int64
    K: Float32 = field(default_factory=lambda: np.zeros((3, 3), np.float32))
    """The intrinsics that were used: the image's own, or the engine's better estimate."""
    intrinsics_source: str = "assumed"


class PoseEngine(Protocol):
    """An inference engine; one instance serves all cameras of its process."""

    name: str
    """For PoseFrame.engine, with a version: `landmarks/1`."""
    body_model: str
    body_hash: str
    hand_mean_known: bool
    keypoint_layout: str
    batch_size: int
    """How many images it would like to be given at once, at most; may shrink as it learns."""

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        """Do now what the first images would have to wait for.

        Args:
            sizes: (h, w) of the images to come, one for each camera, as far as they are known.
        """
        ...

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        """Everybody in each image; a batch holds at most one image per camera."""
        ...

    def reset(self, camera_id: str) -> None:
        """Forget what was remembered of a camera's past (a seek, a new file)."""
        ...

    def measurements(self) -> Mapping[str, float]:
        """What to report of it next to rates and latencies, by name with unit."""
        ...

    def close(self) -> None: ...
