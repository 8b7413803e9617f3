"""Somebody to calibrate to before anybody has been seen: the open body at its average shape."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

_PLACES_MM = """
pelvis 0 992 1  left_hip 113 939 0  spine1 0 1105 -16  left_knee 136 493 -1  spine2 0 1192 -14
left_ankle 134 52 -13  spine3 0 1338 -24  left_foot 149 0 141  neck 0 1524 3
left_collar 25 1446 22  head 0 1631 40  left_shoulder 181 1425 17  left_elbow 464 1425 17
left_wrist 716 1425 17  jaw 0 1635 59  left_eye 31 1673 123  left_index1 829 1420 45
left_index2 857 1419 49  left_index3 882 1418 53  left_middle1 828 1425 17
left_middle2 865 1423 12  left_middle3 894 1422 8  left_pinky1 811 1420 -25
left_pinky2 835 1419 -28  left_pinky3 851 1418 -31  left_ring1 822 1425 -4
left_ring2 854 1424 -10  left_ring3 880 1422 -14  left_thumb1 757 1421 43  left_thumb2 770 1398 65
left_thumb3 798 1379 85
"""
"""Of the middle and the left; the right side is its mirror image."""


def average_joints() -> Array:
    """(55, 3) m rest joints in a T-pose, facing +Z, the toes on the floor."""
    words = _PLACES_MM.split()
    rows = {words[n]: words[n + 1 : n + 4] for n in range(0, len(words), 4)}
    joints = np.array([rows[name.replace("right_", "left_")] for name in SMPLX.names], float)
    joints[[name.startswith("right_") for name in SMPLX.names], 0] *= -1
    return joints / 1000
