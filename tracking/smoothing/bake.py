"""Poses smoothed with all of a take in view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, continuous

from ..people import People
from .course import fitted, rms_around, wander
from .fits import UNSEEN_WEIGHT, gradual, normalized, strike_kept
from .settings import PoseSmoothing
from .sightings import weights
from .stretches import Stretch, stretches

ERROR_QUANTILE = 0.25
"""Errors are judged in the quieter moments of each joint, as motion looks like them."""

LEAST_TAKEN = 0.02
"""A random walk's share, in its rms after a second, that the narrow window has to take away so that
errors can be told by it: at low rates it takes nothing, and then nobody is held to rest."""


class BakePose:
    """A stage that smooths rotations and faces from both sides, once the take is over.

    Moving joints get the fits of `BroadcastPose`; resting ones, as far as they do not move more
    than the estimator's errors would have it, a window so wide that they stand still.
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
        for stretch in stretches(self._take):
            t_s = np.array([self._take[image].t_s for image, _ in stretch])
            weight = _gather(counts, stretch)
            pose = _gather([people.pose_wxyz for people in self._take], stretch)
            value = continuous(pose).transpose(0, 2, 1)
            smooth = smooth_rotations(t_s, value, weight, self._settings)
            face = _gather([people.expression for people in self._take], stretch)
            smooth_face = smooth_numbers(t_s, face, weight[:, 0], self._settings)
            for (image, row), pose, face in zip(
                stretch, smooth.transpose(0, 2, 1), smooth_face, strict=True
            ):
                poses[image][row], faces[image][row] = pose, face
        results = [
            replace(people, pose_wxyz=pose, expression=face)
            for people, pose, face in zip(self._take, poses, faces, strict=True)
        ]
        self.reset()
        return results


def smooth_rotations(t_s: Array, value: Array, weight: Array, settings: PoseSmoothing) -> Array:
    """(T, 4, J) unit quaternions of one sign, smoothed as their (T, J) weights say."""
    weighted, shrink = value * weight[:, None], settings.slope_shrink
    quick, calm, still = (
        normalized(fitted(t_s, width_s, weighted, weight, shrink))
        for width_s in (settings.strike_width_s, settings.width_s, settings.still_width_s)
    )
    motion = _apart(t_s, quick, still, settings)
    errors = np.quantile(_apart(t_s, value, quick, settings), ERROR_QUANTILE, 0)
    alone = np.minimum(errors, settings.most_error_rad) * _growth(t_s, settings)
    alone = np.minimum(alone, settings.most_wander_rad)
    moving = gradual(motion / (alone + 1e-9), *settings.moving)
    kept = strike_kept(calm, quick, settings.strike_rad)
    return normalized(still + moving[:, None] * (kept - still))


def _growth(t_s: Array, settings: PoseSmoothing) -> float:
    """How many times as far as the narrow window takes errors away, they wander in the wide one."""
    step_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else settings.width_s
    narrow_s, wide_s = settings.strike_width_s, settings.still_width_s
    taken = wander(step_s, 0.0, narrow_s)
    return wander(step_s, narrow_s, wide_s) / taken if taken > LEAST_TAKEN else 0.0


def smooth_numbers(t_s: Array, value: Array, weight: Array, settings: PoseSmoothing) -> Array:
    """(T, E) with (T,) weights."""
    weighted = (value * weight[:, None])[..., None]
    return fitted(t_s, settings.width_s, weighted, weight[:, None], settings.slope_shrink)[..., 0]


def _apart(t_s: Array, one: Array, other: Array, settings: PoseSmoothing) -> Array:
    """(T, J) rad rms around each instant between two (T, 4, J)."""
    return rms_around(t_s, 4 * ((one - other) ** 2).sum(1), settings.pool_s)


def _counts(people: People, settings: PoseSmoothing) -> Array:
    """(P, 55) weights."""
    weight = weights(people, settings)
    weight[~people.seen] = UNSEEN_WEIGHT
    return weight


def _gather(arrays: Sequence[Array], stretch: Stretch) -> Array:
    """(T, ...) one person's rows."""
    return np.array([arrays[image][row] for image, row in stretch], float)
