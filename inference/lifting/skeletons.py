"""The joints that go into the lifters and come out of them (P-STMO's specification, section 5)."""

from __future__ import annotations

import numpy as np

from livemocap.skeleton import COCO17, Skeleton

_H36M = (
    "hip right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head "
    "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist"
)
H36M17 = Skeleton(
    names=tuple(_H36M.split()),
    parents=(-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15),
)
"""What comes out. `neck` is between neck and nose."""


def mirrored(names: tuple[str, ...]) -> np.ndarray:
    """(J,) the joint of the other side, or the joint itself."""
    swap = {"left": "right", "right": "left"}
    return np.array(
        [
            names.index(f"{swap[side]}_{rest}") if side in swap else joint
            for joint, (side, _, rest) in enumerate(name.partition("_") for name in names)
        ]
    )


COCO_MIRROR, H36M_MIRROR = mirrored(COCO17), mirrored(H36M17.names)
