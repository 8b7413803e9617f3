"""People as association hands them on, made up: who is seen, under which key and id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from seen_people import Actor, permuted, seen

from livemocap.messages import TRACK_OBSERVED
from livemocap.rotation import matrix_from_quat, quat_from_matrix, quat_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations
from tracking.association.motion import place_of
from tracking.people import People

FPS = 30.0


@dataclass(frozen=True)
class Keyed:
    """Somebody seen in one image."""

    key: int
    actor: Actor
    track_id: int = -1
    """-1: that of the key."""
    state: int = TRACK_OBSERVED
    fresh: bool = False


Scene = Callable[[float], Sequence[Keyed]]


def take(scene: Scene, seconds: float, fps: float = FPS) -> list[People]:
    """A scene in images at even steps."""
    return [people(scene(k / fps), k / fps, k) for k in range(round(seconds * fps))]


def people(shown: Sequence[Keyed], t_s: float, sequence: int = 0, cut: bool = False) -> People:
    """Everybody of one image, in the order given."""
    frame = seen([one.actor for one in shown], t_s, sequence)
    count = len(shown)
    pose = quat_from_rotvec(frame.joint_rotvecs.astype(float))
    pose[:, :22] = quat_from_matrix(global_rotations(matrix_from_quat(pose), SMPLX)[:, :22])
    places = place_of(frame.pelvis.astype(float))
    return People(
        frame=frame,
        t_s=t_s,
        cut=cut,
        keys=np.array([one.key for one in shown], np.int64),
        ids=np.array([one.key if one.track_id < 0 else one.track_id for one in shown], np.int64),
        states=np.array([one.state for one in shown], np.uint8),
        rows=np.arange(count),
        fresh=np.array([one.fresh for one in shown], bool),
        scores=frame.scores.astype(float),
        places=places,
        noise=np.tile([0.01, 0.01, 0.04], (count, 1)),
        pose_wxyz=pose,
        visibility=np.ones((count, 55)),
        rest_joints=frame.rest_joints,
        betas=frame.betas,
        expression=frame.expression,
        repairs=np.zeros(count, np.uint16),
        provenance=np.ones((count, 55), np.uint8),
    )


def shuffled(one: People, order: Sequence[int]) -> People:
    """The same people in other rows, of the frame as well."""
    index = np.array(order, np.int64)
    names = [f.name for f in fields(People) if f.name not in ("frame", "t_s", "cut", "rows")]
    rows = {name: getattr(one, name)[index] for name in names}
    return replace(one, frame=permuted(one.frame, order), **rows)


def bits(result: Sequence[People]) -> list[tuple[bytes, ...]]:
    """Everything that comes out but which detection it was, byte by byte."""
    names = [f.name for f in fields(People) if f.name not in ("frame", "t_s", "cut", "rows")]
    return [tuple(getattr(one, name).tobytes() for name in names) for one in result]
