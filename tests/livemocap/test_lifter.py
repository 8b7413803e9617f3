"""What goes into a lifter, from whatever a detector names its points."""

from __future__ import annotations

import numpy as np
import pytest

from livemocap.lifter import H36M17, coco_keypoints
from livemocap.skeleton import COCO17, KEYPOINT_LAYOUTS


@pytest.mark.parametrize("layout", KEYPOINT_LAYOUTS)
def test_every_point_that_a_layout_shares_with_coco_keeps_its_place(layout: str) -> None:
    names = KEYPOINT_LAYOUTS[layout]
    points = np.arange(2 * len(names) * 3, dtype=np.float32).reshape(2, len(names), 3) + 1
    found = coco_keypoints(points, layout)
    left_wrist = COCO17.index("left_wrist")
    assert np.array_equal(found[:, left_wrist], points[:, names.index("left_wrist")])
    assert np.isin(found[found > 0], points).all()


def test_what_a_layout_does_not_have_is_not_known() -> None:
    points = np.ones((1, len(KEYPOINT_LAYOUTS["smplx55"]), 3), np.float32)
    assert coco_keypoints(points, "smplx55")[0, COCO17.index("nose"), 2] == 0


def test_the_lifted_skeleton_hangs_together() -> None:
    assert all(parent < joint for joint, parent in enumerate(H36M17.parents))
    assert H36M17.names[H36M17.parents[H36M17.index("left_wrist")]] == "left_elbow"
