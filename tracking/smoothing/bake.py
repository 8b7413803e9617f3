"""Poses smoothed with all of a take in view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, continuous
from livemocap.skeleton import BODY_JOINTS

from ..people import People
from ..rotations import global_body, local_body
from .fits import normalized
from .levels import Levels
from .settings import PoseSmoothing
from .sightings import LEAST_WEIGHT, weights
from .stiff import Wires
from .stretches import Stretch, stretches

LEAST_IMAGES = 3
"""Of fewer nothing is smoothed."""


class BakePose:
    """A stage that smooths rotations and faces from both sides, once the take is over.

    Each joint is smoothed as it turns against its parent, as an estimator errs by joint: a trunk
    that hardly bends is steadied though the arms that hang on it fly.
    """

    look_ahead_s = math.inf

    def __init__(self, settings: PoseSmoothing | None = None) -> None:
        self._settings = settings or PoseSmoothing()
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._take: list[People] = []

    def push(self, people: People) -> Sequence[People]:
        """See Stage."""
        self._take.append(people)
        return []

    def flush(self) -> Sequence[People]:
        """See Stage."""
        poses = [np.empty_like(people.pose_wxyz) for people in self._take]
        faces = [np.empty(people.expression.shape) for people in self._take]
        counts = [_counts(people, self._settings) for people in self._take]
        local = [_to_parents(people.pose_wxyz) for people in self._take]
        for stretch in stretches(self._take):
            t_s = np.array([self._take[image].t_s for image, _ in stretch])
            weight = _gather(counts, stretch)
            pose = _gather(local, stretch)
            value = continuous(pose).transpose(0, 2, 1)
            smooth = smooth_rotations(t_s, value, weight, self._settings)
            face = _gather([people.expression for people in self._take], stretch)
            smooth_face = smooth_numbers(t_s, face, weight[:, 0], self._settings)
            for (image, row), pose, face in zip(
                stretch, smooth.transpose(0, 2, 1), smooth_face, strict=True
            ):
                poses[image][row], faces[image][row] = pose, face
        results = [
            replace(people, pose_wxyz=_to_camera(pose), expression=face)
            for people, pose, face in zip(self._take, poses, faces, strict=True)
        ]
        self.reset()
        return results


def smooth_rotations(t_s: Array, value: Array, weight: Array, settings: PoseSmoothing) -> Array:
    """(T, 4, J) unit quaternions of one sign, each joint smoothed as their (T, J) weights say."""
    if len(t_s) < LEAST_IMAGES:
        return value
    levels, found = Levels(t_s, settings), np.empty_like(value)
    for joint in range(value.shape[2]):
        found[:, :, joint] = levels.smooth(value[:, :, joint], weight[:, joint])
    return normalized(found)


def smooth_numbers(t_s: Array, value: Array, weight: Array, settings: PoseSmoothing) -> Array:
    """(T, E) with (T,) weights."""
    if len(t_s) < LEAST_IMAGES or not value.size:
        return value
    return Wires(t_s).drawn(value, weight, settings.face_hold_s, settings.bend_s)


def _counts(people: People, settings: PoseSmoothing) -> Array:
    """(P, 55) weights."""
    weight = weights(people, settings)
    weight[~people.seen] = LEAST_WEIGHT
    return weight


def _to_parents(pose_wxyz: Array) -> Array:
    """(P, 55, 4) of People, the body's joints turned to their parents as well."""
    local = pose_wxyz.copy()
    local[:, :BODY_JOINTS] = local_body(pose_wxyz)
    return local


def _to_camera(local_wxyz: Array) -> Array:
    """And back."""
    pose = local_wxyz.copy()
    pose[:, :BODY_JOINTS] = global_body(local_wxyz[:, :BODY_JOINTS])
    return pose


def _gather(arrays: Sequence[Array], stretch: Stretch) -> Array:
    """(T, ...) one person's rows."""
    return np.array([arrays[image][row] for image, row in stretch], float)
