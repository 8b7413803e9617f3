"""People as parameters have them: other bones, another distance, poses turned a little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livemocap.messages import ADAPTED
from livemocap.rotation import Array, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS

from ..people import People
from ..rotations import global_body, local_body, product
from .parameters import TURNED, Parameters
from .proportions import stretched


def corrected(people: People, rows: Array, wanted: list[Parameters], bases: list[Array]) -> People:
    """The same people, those of `rows` (N,) as `wanted` has them.

    Args:
        bases: (55, 3) m at rest of each, before their factors.
    """
    rest = people.rest_joints.copy()
    rest[rows] = stretched(np.stack(bases), np.stack([one.factors for one in wanted]))
    places = people.places.copy()
    places[rows, 2] += [one.depth for one in wanted]
    turns = np.stack([one.turns for one in wanted])
    pose = people.pose_wxyz
    if turns.any():
        pose = pose.copy()
        pose[rows] = turned(pose[rows], turns)
    provenance = people.provenance.copy()
    provenance[rows, :BODY_JOINTS] = ADAPTED
    return replace(people, rest_joints=rest, places=places, pose_wxyz=pose, provenance=provenance)


def turned(pose_wxyz: Array, turns: Array) -> Array:
    """(N, 55, 4) of People, with (N, 10, 3) rad added to the local rotations of TURNED."""
    local = local_body(pose_wxyz)
    local[:, TURNED] = product(local[:, TURNED], quat_from_rotvec(turns))
    pose = pose_wxyz.copy()
    pose[:, :BODY_JOINTS] = global_body(local)
    return pose
