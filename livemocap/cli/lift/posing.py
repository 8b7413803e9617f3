"""The step of tracking that gives people the poses which a lifter has found."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from inference.lifting.placing import pelvis_from_keypoints
from inference.lifting.rest_points import points_at_rest
from inference.lifting.skeleton_fit import rotations_from_positions
from livemocap.lifter import Lifted, Lifter, Sight, coco_keypoints
from livemocap.rotation import Array, quat_from_matrix
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions
from tracking.association.motion import place_of
from tracking.identity.selection import some
from tracking.people import People, carried

_AT_ONCE = 256
"""So many images together: few calls, and no more memory for longer takes."""


class LiftedPoses:
    """A Stage from People to People: bodies posed as lifted and put where their keypoints are.

    Fingers and faces stay as they were seen. Whoever is seen but cannot be lifted counts as not
    seen in that image; whose new pose fits nowhere stays where association has them. Nothing comes
    out before the lifter has answered.
    """

    def __init__(self, lifter: Lifter) -> None:
        self.look_ahead_s = lifter.look_ahead_s
        self.answers: list[tuple[People, Lifted]] = []
        """All that was lifted since the stage was made."""
        self._lifter = lifter
        self._at_rest = points_at_rest(lifter.name)
        self._held: deque[People] = deque()

    def push(self, item: People) -> Sequence[People]:
        """See tracking.stage.Stage."""
        done = self._posed(self._lifter.flush()) if item.cut and self._held else []
        self._held.append(item)
        return done + self._posed(self._lifter.push(sight_of(item)))

    def flush(self) -> Sequence[People]:
        """See tracking.stage.Stage."""
        return self._posed(self._lifter.flush())

    def reset(self) -> None:
        """See tracking.stage.Stage."""
        self._lifter.reset()
        self._held.clear()

    def _posed(self, results: Sequence[Lifted]) -> list[People]:
        pairs = [(self._held.popleft(), lifted) for lifted in results]
        self.answers += pairs
        done: list[People] = []
        for start in range(0, len(pairs), _AT_ONCE):
            done += posed_as(pairs[start : start + _AT_ONCE], self._at_rest)
        return done


def sight_of(people: People) -> Sight:
    """Everybody by key, also who is missing for a moment, so that they are not forgotten."""
    return Sight(
        t_s=people.t_s,
        keys=people.keys,
        keypoints_px=keypoints_of(people),
        K=people.frame.K,
        size_px=(people.frame.width, people.frame.height),
    )


def keypoints_of(people: People) -> Array:
    """(P, 17, 3) COCO; zeros for whom this image does not show."""
    points = np.zeros((len(people.keys), 17, 3), np.float32)
    told = coco_keypoints(people.frame.keypoints_px, people.frame.keypoint_layout)
    points[people.seen] = told[people.rows[people.seen]]
    return points


def posed_as(pairs: Sequence[tuple[People, Lifted]], at_rest: Array | None = None) -> list[People]:
    """Those of each image who are seen and lifted, in their new poses.

    Args:
        at_rest: as for skeleton_fit.
    """
    joints = np.concatenate([_joints(people, lifted) for people, lifted in pairs])
    rest = np.concatenate([people.rest_joints for people, _ in pairs]).astype(float)
    points = np.concatenate([keypoints_of(people) for people, _ in pairs])
    counts = [len(people.keys) for people, _ in pairs]
    K = np.repeat([people.frame.K for people, _ in pairs], counts, axis=0)
    local = rotations_from_positions(joints, rest, at_rest)
    world = global_rotations(local, SMPLX)
    about = joint_positions(world, rest, np.zeros((len(rest), 3)), SMPLX)
    pelvis = pelvis_from_keypoints(about, points, K)
    pose = quat_from_matrix(world[:, :BODY_JOINTS])
    ends = np.cumsum(counts)[:-1]
    return [
        _replaced(people, *parts)
        for (people, _), *parts in zip(
            pairs, np.split(pose, ends), np.split(pelvis, ends), strict=True
        )
    ]


def _joints(people: People, lifted: Lifted) -> Array:
    """(P, 17, 3) m, NaN for whom nothing is known."""
    row = carried(lifted.keys, people.keys)
    joints = np.full((len(row), *lifted.joints.shape[1:]), math.nan)
    joints[row >= 0] = lifted.joints[row[row >= 0]]
    return joints


def _replaced(people: People, body_wxyz: Array, pelvis: Array) -> People:
    """Those who are seen and posed: (P, 22, 4) and (P, 3), NaN for who is not."""
    known = np.flatnonzero(people.seen & np.isfinite(body_wxyz).all((1, 2)))
    pose = people.pose_wxyz[known].copy()
    pose[:, :BODY_JOINTS] = body_wxyz[known]
    placed = np.isfinite(pelvis).all(1, keepdims=True)
    places = np.where(placed, place_of(pelvis), people.places)[known]
    repairs = np.zeros(len(known), people.repairs.dtype)
    return some(people, known, pose_wxyz=pose, places=places, repairs=repairs)
