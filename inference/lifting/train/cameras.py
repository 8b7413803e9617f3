"""Made-up cameras, each looking at one made-up person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .turns import from_rotvec, matrix, product, turned

PERSON_M = 1.65
_SIZES = ((1280, 720), (1280, 720), (640, 480), (720, 1280))
_FOV = (35.0, 90.0)
_SHARE = (0.12, 1.2)
"""Height of a person in heights of the image."""
_DEPTH_M = (1.2, 20.0)
_PITCH, _ROLL = (7.0, 11.0), 2.0
"""Degrees downwards: mean and deviation."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shots:
    """B cameras of one make, at B places."""

    K: Array
    """(3, 3) px, the true one."""
    K_assumed: Array
    """(3, 3) px, what whoever lifts believes."""
    size_px: tuple[int, int]
    R: Array
    """(3, 3, B, 1) world to camera."""
    t: Array
    """(3, B, 1) m."""

    def seen(self, points: Array) -> Array:
        """World (..., 3, B, T) to camera axes."""
        return turned(self.R, points) + self.t

    def pixels(self, points: Array) -> Array:
        """Camera axes (..., 3, B, T) to (..., 2, B, T) px."""
        f, c = self.K[0, 0].astype(np.float32), self.K[:2, 2].astype(np.float32)
        depth = np.maximum(points[..., 2:, :, :], 0.05)
        return points[..., :2, :, :] / depth * f + c[:, None, None]


def made_shots(rng: np.random.Generator, pelvis: Array) -> Shots:
    """Cameras for people whose pelvis is at (3, B, T) m."""
    people = pelvis.shape[1]
    size = _SIZES[rng.integers(len(_SIZES))]
    f = 0.5 * max(size) / np.tan(np.radians(rng.uniform(*_FOV)) / 2)
    wrong = np.exp(rng.normal(0, 0.12)) if rng.random() < 0.6 else 1.0
    K, assumed = _intrinsics(f, size), _intrinsics(f * wrong, size)
    share = np.exp(rng.uniform(np.log(_SHARE[0]), np.log(_SHARE[1]), people))
    depth = np.clip(f * PERSON_M / (share * size[1]), *_DEPTH_M)
    place = rng.uniform([-0.42, -0.25], [0.42, 0.25], (people, 2)) * size / f
    middle = np.concatenate([place.T, np.ones((1, people))]) * depth
    R = matrix(_towards(rng, people))
    at = pelvis.mean(-1, keepdims=True)
    t = middle[..., None].astype(np.float32) - turned(R, at)
    return Shots(K=K, K_assumed=assumed, size_px=size, R=R, t=t)


def followed(rng: np.random.Generator, pelvis: Array) -> Array:
    """Where people are (3, B, T) if some of them walk less far than they did."""
    middle = pelvis.mean(-1, keepdims=True)
    people = pelvis.shape[1]
    share = np.where(rng.random(people) < 0.5, 1.0, rng.random(people))[:, None]
    return middle + (share * (pelvis - middle)).astype(np.float32)


def _intrinsics(f: float, size: tuple[int, int]) -> Array:
    return np.array([[f, 0, size[0] / 2], [0, f, size[1] / 2], [0, 0, 1]])


def _towards(rng: np.random.Generator, people: int) -> Array:
    """(4, B, 1) world (+Y up) to camera (+Y down) from any side, mostly a little downwards."""
    turns = np.zeros((3, 3, people, 1), np.float32)
    turns[0, 1, :, 0] = rng.uniform(-np.pi, np.pi, people)
    turns[1, 0, :, 0] = np.pi + np.radians(rng.normal(*_PITCH, people))
    turns[2, 2, :, 0] = np.radians(rng.normal(0, _ROLL, people))
    around, over, rolled = from_rotvec(turns)
    return product(rolled, product(over, around))
