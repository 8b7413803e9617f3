"""Boxes that hardly move, for nets that learnt from cameras that stand.

Around somebody's keypoints a box grows when they lift an arm and jumps when a leg is hidden. A net
that learnt from whole images takes that for somebody who walks away. So everybody's camera follows
their box slowly; only who would leave its image pulls it along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .box import Boxes

FOLLOWS_S = 1.0
"""After so long a camera has followed two thirds of a step."""

FORGOTTEN_S = 0.5
"""Who is not seen for so long gets a new camera."""

FAR_HEIGHTS, FAR_RATIO = 0.5, 1.4
"""As far from the middle of its image, in their heights, and as much larger or smaller somebody
may be."""


@dataclass(slots=True)
class _Followed:
    centre_px: Array
    height_px: float
    t_s: float


class SteadyBoxes:
    """Everybody's box at the newest image."""

    def __init__(self) -> None:
        self._people: dict[int, _Followed] = {}

    def follow(self, t_s: float, keys: tuple[int, ...], boxes: Boxes) -> Boxes:
        """Where cameras look for boxes of (P,) people; whoever is not named is forgotten."""
        centres, heights = boxes.centre_px.copy(), boxes.height_px.copy()
        people = {}
        for row in np.flatnonzero(boxes.known):
            followed = self._followed(keys[row], t_s, centres[row], float(heights[row]))
            people[keys[row]] = followed
            centres[row], heights[row] = followed.centre_px, followed.height_px
        hidden = {key: self._people[key] for key in keys if key in self._people}
        self._people = hidden | people
        return Boxes(centre_px=centres, height_px=heights)

    def _followed(self, key: int, t_s: float, centre: Array, height: float) -> _Followed:
        last = self._people.get(key)
        if last is None or not 0 <= t_s - last.t_s <= FORGOTTEN_S:
            return _Followed(centre.copy(), height, t_s)
        share = 1 - np.exp(-(t_s - last.t_s) / FOLLOWS_S)
        step = np.log(height / last.height_px)
        step = _pulled(step * share, step, np.log(FAR_RATIO))
        followed_px = last.height_px * float(np.exp(step))
        way = centre - last.centre_px
        way = _pulled(way * share, way, FAR_HEIGHTS * followed_px)
        return _Followed(last.centre_px + way, followed_px, t_s)


def _pulled(step: Array, whole: Array, far: float) -> Array:
    """A step on the way to something, made longer if it would stay farther off than `far`."""
    return np.clip(step, whole - far, whole + far)
