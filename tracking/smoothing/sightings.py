"""What smoothing reads of everybody in an image: rotations by component, and their weights."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from ..people import People
from .settings import PoseSmoothing

SHORTEST_STEP_S = 1e-4
"""Images closer in time say nothing about speed."""

LEAST_WEIGHT = 1e-6
"""Of any sighting: a poor one is still better than none."""


def components(pose_wxyz: Array) -> Array:
    """(P, J, 4) to (4, P, J): sums over four long rows are fast, over short ones they are not."""
    return np.ascontiguousarray(pose_wxyz.transpose(2, 0, 1))


def quaternions(by_component: Array) -> Array:
    """(4, P, J) to (P, J, 4)."""
    return np.ascontiguousarray(by_component.transpose(1, 2, 0))


def weights(people: People, settings: PoseSmoothing) -> Array:
    """(P, 55) 0..1 how much each joint's estimate counts: by score and visibility."""
    hidden = settings.hidden_share
    share = people.scores[:, None] * (hidden + (1 - hidden) * people.visibility)
    return np.maximum(share, LEAST_WEIGHT)
