"""What lifting 2D to 3D looks like to those who use it: a stage of the stream for one camera.

Who lifts knows no tracks and no takes, only keys that are never reused. Whoever tracks knows no
nets. They meet here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array
from livemocap.skeleton import COCO17, Skeleton, common_points

_H36M = (
    "hip right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head "
    "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist"
)
H36M17 = Skeleton(
    names=tuple(_H36M.split()),
    parents=(-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15),
)
"""What comes out (P-STMO's specification, section 5). `neck` is between neck and nose."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """P people in one image, in 2D."""

    t_s: float
    """Capture time; runs forwards, or the lifter begins anew."""
    keys: NDArray[np.int64]
    """(P,) who this is. Whoever is not named is forgotten."""
    keypoints_px: Array
    """(P, 17, 3) COCO: x, y in px and confidence 0..1; 0 or NaN is not known."""
    K: Array
    """(3, 3) px."""
    size_px: tuple[int, int]
    """Width and height of the image."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lifted:
    """The same people in 3D."""

    t_s: float
    keys: NDArray[np.int64]
    joints: Array
    """(P, 17, 3) m, H36M17, about the hip, in the camera's axes; NaN for somebody of whom too
    little is known to say."""


class Lifter(Protocol):
    """Takes images in order and gives one result for each, perhaps later; see tracking's stages.

    The same sights give the same results bit for bit.
    """

    name: str
    """For people to read, with the weights: `vp3d-causal`."""
    look_ahead_s: float
    """How much later than an image its result may come; infinite if only `flush` gives it."""

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        """Results that are ready with this image, oldest first."""
        ...

    def flush(self) -> Sequence[Lifted]:
        """Everything held back, as if nothing came any more; as new afterwards."""
        ...

    def reset(self) -> None:
        """Forget everybody, results held back as well."""
        ...


def coco_keypoints(keypoints_px: Array, layout: str) -> Array:
    """(P, K, 3) of any of livemocap.skeleton.KEYPOINT_LAYOUTS to (P, 17, 3) COCO.

    What a layout does not have is 0 with confidence 0.
    """
    theirs, ours = common_points(layout, "coco17")
    found = np.zeros((len(keypoints_px), len(COCO17), 3), np.float32)
    found[:, ours] = keypoints_px[:, theirs]
    return found
