"""Made-up people: their proportions, and where the points are that detectors and lifters know."""

from __future__ import annotations

from functools import cache

import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array
from livemocap.skeleton import COCO17

from ...body_model import default_body
from ...landmarks.markers import markers
from .motion import BODY
from .turns import matrix, product, turned

_SPREAD = {"leg": 0.06, "arm": 0.06, "shoulder": 0.1, "hip": 0.1, "spine": 0.06, "head": 0.06}
_TALL_M = 0.08
_NECK_M, _HEAD_M = (0.0, 0.03, 0.05), (0.0, 0.16, 0.02)
"""From the head's joint, in its axes: Human3.6M's `neck` and its top of the head."""


def _part(joint: str) -> str:
    name = joint.removeprefix("left_").removeprefix("right_")
    parts = {"knee": "leg", "ankle": "leg", "foot": "leg", "elbow": "arm", "wrist": "arm"}
    parts |= {"collar": "shoulder", "shoulder": "shoulder", "hip": "hip", "head": "head"}
    return parts.get(name, "spine")


_PARTS = np.array([list(_SPREAD).index(_part(name)) for name in BODY.names])


class Figures:
    """B people of different build.

    Args:
        spread: 1 for people as they differ, 0 for the average one.
    """

    def __init__(self, rng: np.random.Generator, people: int, spread: float = 1.0) -> None:
        rest, parents = _rest(), np.array(BODY.parents[1:])
        deviations = np.array(list(_SPREAD.values()))
        parts = 1 + spread * deviations * np.clip(rng.standard_normal((people, 6)), -2, 2)
        tall = 1 + spread * _TALL_M * np.clip(rng.standard_normal((people, 1)), -2, 2)
        self.scale = tall[:, 0]
        bones = np.zeros((people, len(BODY.names), 3))
        bones[:, 1:] = rest[1:] - rest[parents]
        bones *= (parts * tall)[:, _PARTS, None]
        self._bones = np.ascontiguousarray(bones.transpose(1, 2, 0)[..., None], np.float32)

    def posed(self, local: Array, pelvis: Array) -> tuple[Array, Array]:
        """Of (22, 4, B, T) and (3, B, T) the joints (22, 3, B, T) m and turns (22, 3, 3, B, T)."""
        world, joints = [local[0]], [pelvis]
        matrices = [matrix(local[0])]
        for joint, parent in enumerate(BODY.parents[1:], 1):
            world.append(product(world[parent], local[joint]))
            matrices.append(matrix(world[joint]))
            joints.append(joints[parent] + turned(matrices[parent], self._bones[joint]))
        return np.stack(joints), np.stack(matrices)

    def keypoints(self, joints: Array, turns: Array, off_m: Array) -> Array:
        """(17, 3, B, T) m COCO's points as a detector that errs by `off_m`, (17, 3, B, 1) in the
        axes of the limb that carries each, would have them in 3D."""
        at, frames, offsets = _coco()
        carried = offsets[..., None, None] * self.scale[:, None] + off_m
        return joints[at] + turned(turns[frames], carried.astype(np.float32))

    def h36m(self, joints: Array, turns: Array) -> Array:
        """(17, 3, B, T) m, H36M17."""
        named = {name: joints[row] for row, name in enumerate(BODY.names)}
        head = turns[BODY.index("head")]
        named["hip"] = (named["left_hip"] + named["right_hip"]) / 2
        named["spine"], named["thorax"] = named["spine2"], named["neck"]
        for name, off in (("neck", _NECK_M), ("head", _HEAD_M)):
            away = (np.array(off)[:, None, None] * self.scale[:, None]).astype(np.float32)
            named[name] = joints[BODY.index("head")] + turned(head, away)
        return np.stack([named[name] for name in H36M17.names])


def mean_points_m() -> Array:
    """(17, 3) m, H36M17 of the average person at rest, facing +Z with +Y up."""
    one = Figures(np.random.default_rng(0), 1, 0.0)
    rest = np.zeros((len(BODY.names), 4, 1, 1), np.float32)
    rest[:, 0] = 1
    return one.h36m(*one.posed(rest, np.zeros((3, 1, 1), np.float32)))[..., 0, 0]


def mean_bones_m() -> Array:
    """(16,) m from each of H36M17's joints but the hip to its parent, of the average person."""
    points = mean_points_m()
    return np.linalg.norm(points[1:] - points[H36M17.bone_parents], axis=-1)


@cache
def _rest() -> Array:
    """(22, 3) m."""
    return default_body().rest_joints(np.zeros(10))[: len(BODY.names)].astype(float)


@cache
def _coco() -> tuple[Array, Array, Array]:
    """For COCO's points: the joint each is at, the joint whose turn carries it, (17, 3) m away."""
    known = markers()
    rows = known.index(*COCO17)
    rest = default_body().rest_joints(np.zeros(10)).astype(float)
    places = known.at_rest(rest)[rows]
    frames = known.frames[rows]
    at = np.array([BODY.index(n) if n in BODY.names else BODY.index("head") for n in COCO17])
    return at, frames, places - rest[at]
