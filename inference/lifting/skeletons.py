"""Left and right of the joints that go into the lifters and come out of them."""

from __future__ import annotations

import numpy as np

from livemocap.lifter import H36M17
from livemocap.skeleton import COCO17


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
