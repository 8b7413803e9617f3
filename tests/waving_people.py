"""People who walk, wave and turn on their own, for tests of what mends an estimate of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from seen_people import seen

from livemocap.messages import TRACK_OBSERVED
from livemocap.rotation import Array, multiply, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX
from tracking.people import People
from tracking.rotations import global_body, local_body, product
from tracking.stage import Stage

_UPRIGHT = np.array([0.0, 1.0, 0.0, 0.0])
"""In the camera's frame, whose y axis points down."""

_SWINGS = (
    ("left_hip", 0, 0.0, -0.5),
    ("right_hip", 0, 0.0, 0.5),
    ("left_knee", 0, 0.6, 0.4),
    ("right_knee", 0, 0.6, -0.4),
    ("left_shoulder", 2, -1.1, 0.0),
    ("right_shoulder", 2, 0.6, 0.4),
    ("left_elbow", 1, -0.7, 0.0),
    ("right_elbow", 1, 1.0, 0.5),
)
"""Joint, axis, and rad: where it is and how far it swings."""


def poses_at(times_s: Array, person: int = 0, turn_rad_s: float = 0.7) -> Array:
    """(T, 55, 4) of somebody whose sides are never alike: one arm up, one hand closed."""
    steady = 0.1 * np.random.default_rng(person).normal(size=(55, 3))
    turns = np.tile(steady, (len(times_s), 1, 1))
    swing = np.sin(2 * np.pi * 0.9 * times_s + person)
    for joint, axis, at, by in _SWINGS:
        turns[:, SMPLX.index(joint), axis] += at + by * swing
    turns[:, 25:40, 2] -= 0.9
    local = quat_from_rotvec(turns)
    about = (turn_rad_s * times_s + person)[:, None] * [0.0, 1.0, 0.0]
    local[:, 0] = multiply(quat_from_rotvec(about), _UPRIGHT)
    local[:, :BODY_JOINTS] = global_body(local[:, :BODY_JOINTS])
    return local


def stream(times_s: Sequence[float] | Array, count: int = 1, **motion: float) -> list[People]:
    """An image at each time, with everybody in it; motion begins with the first."""
    times = np.asarray(times_s, float)
    poses = [poses_at(times, i, **motion) for i in range(count)]
    together = np.array(poses).reshape(count, len(times), 55, 4).swapaxes(0, 1)
    return [_image(t_s, k == 0, together[k]) for k, t_s in enumerate(times.tolist())]


def _image(t_s: float, first: bool, poses: Array) -> People:
    count = len(poses)
    return People(
        frame=seen([], t_s),
        t_s=t_s,
        cut=False,
        keys=np.arange(count) + 7,
        ids=np.arange(count) + 1,
        states=np.full(count, TRACK_OBSERVED, np.uint8),
        rows=np.arange(count),
        fresh=np.full(count, first),
        scores=np.full(count, 0.9),
        places=np.array([[0.2 * i, 0.1, np.log(4.0 + i)] for i in range(count)]).reshape(-1, 3),
        noise=np.full((count, 3), 0.02),
        pose_wxyz=poses,
        visibility=np.ones((count, 55)),
        rest_joints=np.zeros((count, 55, 3), np.float32),
        betas=np.zeros((count, 10), np.float32),
        expression=np.zeros((count, 0), np.float32),
        repairs=np.zeros(count, np.uint16),
        provenance=np.ones((count, 55), np.uint8),
    )


def posed(people: People, change: Callable[[Array], Array], person: int = 0) -> People:
    """The image with one person's pose (1, 55, 4) changed."""
    pose = people.pose_wxyz.copy()
    pose[person : person + 1] = change(pose[person : person + 1])
    return replace(people, pose_wxyz=pose)


def bent(joints: Sequence[str], rotvec: Sequence[float]) -> Callable[[Array], Array]:
    """A change of pose: these joints turned on, in their own frames."""

    def change(pose_wxyz: Array) -> Array:
        local, pose = local_body(pose_wxyz), pose_wxyz.copy()
        on = np.tile(quat_from_rotvec(np.array(rotvec)), (1, len(joints), 1))
        local[:, SMPLX.indices(*joints)] = product(local[:, SMPLX.indices(*joints)], on)
        pose[:, :BODY_JOINTS] = global_body(local)
        return pose

    return change


def played(stage: Stage[People, People], images: Sequence[People]) -> list[People]:
    """All that a stage says of them."""
    results = [result for people in images for result in stage.push(people)]
    return [*results, *stage.flush()]


def apart_rad(a: Sequence[People], b: Sequence[People], person: int = 0) -> Array:
    """(T,) the largest angle between two streams' joints of one person."""
    like = [
        np.abs((x.pose_wxyz[person] * y.pose_wxyz[person]).sum(-1)).min()
        for x, y in zip(a, b, strict=True)
    ]
    return 2 * np.arccos(np.minimum(like, 1.0))
