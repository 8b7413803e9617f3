"""How detectors of keypoints err, as measured on made and captured clips, and then some.

Errors are in heights of the person. A detector trembles (white), drifts (slow), has its own idea
of where each joint is, is worse at what is hidden, exchanges left and right, puts a limb somewhere
else for a while, loses joints and people, and says with more or less insight how sure it is.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import COCO17

from ..skeletons import COCO_MIRROR
from .cameras import PERSON_M, Shots
from .spells import spells
from .wander import wander

_BIAS_M = {
    "nose": 0.015, "eye": 0.015, "ear": 0.015, "shoulder": 0.018, "elbow": 0.012,
    "wrist": 0.015, "hip": 0.03, "knee": 0.018, "ankle": 0.018,
}  # fmt: skip
_HARD = {"shoulder": 0.9, "elbow": 1.2, "wrist": 1.7, "hip": 1.0, "knee": 1.1, "ankle": 1.4}
_KIND = [name.partition("_")[2] or name for name in COCO17]
_BIAS = np.array([_BIAS_M[kind] for kind in _KIND])
_FACTOR = np.array([_HARD.get(kind, 0.8) for kind in _KIND], np.float32)
_WHITE, _SLOW = (0.0012, 0.008), (0.004, 0.016)
_PIXEL = 0.5
"""px that no detector is better than."""
_RATES_HZ = (24.0, 25.0, 30.0, 30.0, 60.0)


def _rows(*kinds: str) -> Array:
    return np.array([COCO17.index(name) for name in COCO17 if name.startswith(kinds)])


_LEFT_ARM, _RIGHT_ARM = _rows("left_elbow", "left_wrist"), _rows("right_elbow", "right_wrist")
_LEFT_LEG, _RIGHT_LEG = _rows("left_knee", "left_ankle"), _rows("right_knee", "right_ankle")
_ARMS, _LEGS = np.r_[_LEFT_ARM, _RIGHT_ARM], np.r_[_LEFT_LEG, _RIGHT_LEG]
_FACE, _EYES = np.arange(5), np.array([1, 2])
_EVERY = np.arange(17)
_GOES = (
    # what, how often (1/s), how long (s): hidden or lost
    (_LEFT_ARM, 0.05, (0.1, 2.5)), (_RIGHT_ARM, 0.05, (0.1, 2.5)),
    (_LEFT_LEG, 0.03, (0.1, 2.5)), (_RIGHT_LEG, 0.03, (0.1, 2.5)),
    (_LEGS, 0.02, (0.3, 9.0)), (_rows("left_ankle", "right_ankle"), 0.02, (0.3, 9.0)),
    (_FACE, 0.03, (0.1, 3.0)), (_EVERY, 0.04, (0.03, 0.5)),
    (_rows("left"), 0.015, (0.2, 2.0)), (_rows("right"), 0.015, (0.2, 2.0)),
)  # fmt: skip
_ASTRAY = (
    (_LEFT_ARM, 0.10), (_RIGHT_ARM, 0.10), (_LEFT_LEG, 0.05), (_RIGHT_LEG, 0.05),
    (_rows("left_wrist"), 0.1), (_rows("right_wrist"), 0.1),
)  # fmt: skip
_SWAPPED = ((_ARMS, 0.04), (_LEGS, 0.06), (_EVERY, 0.02))


def bias_m(rng: np.random.Generator, people: int) -> Array:
    """(17, 3, B, 1) m: where each detector believes joints to be, nearly alike left and right."""
    alike = rng.standard_normal((17, 3, people, 1))
    mirrored = alike[COCO_MIRROR] * np.array([-1, 1, 1])[:, None, None]
    own = rng.standard_normal((17, 3, people, 1))
    much = rng.uniform(0, 1.4, (people, 1))
    return much * _BIAS[:, None, None, None] * (0.6 * (alike + mirrored) + 0.5 * own)


def detected(rng: np.random.Generator, points: Array, shots: Shots, times_s: Array) -> Array:
    """Camera axes (17, 3, B, T) m to (B, T, 17, 3): px and confidence, 0 if not known."""
    xy, depth = shots.pixels(points), points[:, 2]
    people = xy.shape[2]
    height = shots.K[0, 0] * PERSON_M / np.maximum(depth[5:].mean(0), 0.3)
    hidden = _hidden(xy, depth, height)
    for rows, per_s in _SWAPPED:
        now = spells(rng, people, times_s, per_s, (0.03, 0.4))
        xy[rows] = np.where(now, xy[COCO_MIRROR[rows]], xy[rows])
    off = _trembling(rng, hidden, height, times_s) + _astray(rng, people, times_s)
    sure = _confidence(rng, off, hidden)
    found = (xy + off * height).astype(np.float32)
    sure *= _present(rng, people, times_s) * _inside(rng, found, shots.size_px)
    sure *= (depth > 0.1) & (height > 12)
    keypoints = np.concatenate([found, sure[:, None]], 1) * (sure > 0)[:, None]
    return np.ascontiguousarray(keypoints.transpose(2, 3, 0, 1))


def _hidden(xy: Array, depth: Array, height: Array) -> Array:
    """(17, B, T) bool: behind the trunk, or behind the same joint of the other side."""
    trunk = [*_rows("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
    middle, far = xy[trunk].mean(0), depth[trunk].mean(0)
    behind = (np.abs(xy - middle) < height * np.array([0.08, 0.17])[:, None, None]).all(1)
    behind &= depth > far + 0.06
    behind[[0, 1, 2, 3, 4, *trunk]] = False
    apart = np.abs(xy - xy[COCO_MIRROR]).max(1)
    return behind | ((apart < 0.035 * height) & (depth > depth[COCO_MIRROR] + 0.05))


def _trembling(rng: np.random.Generator, hidden: Array, height: Array, times_s: Array) -> Array:
    """(17, 2, B, T) in heights: white noise at the camera's rate, and slow drift."""
    people = hidden.shape[1]
    white = _log_uniform(rng, _WHITE, people) * _at_camera_rate(rng, people, times_s)
    white *= _FACTOR[:, None, None, None]
    pixel = _PIXEL / height * rng.standard_normal((17, 2, people, len(times_s)), np.float32)
    slow = wander(rng, (17, 2, people), times_s, rng.uniform(0.15, 0.8))
    slow += 0.4 * wander(rng, (1, 2, people), times_s, 0.5)
    much = _log_uniform(rng, _SLOW, people) * _FACTOR[:, None, None]
    much = much * np.where(hidden, rng.uniform(1.5, 4.5, (people, 1)), 1.0)
    return (white + pixel + slow * much[:, None]).astype(np.float32)


def _at_camera_rate(rng: np.random.Generator, people: int, times_s: Array) -> Array:
    """(17, 2, B, T) white noise of a camera's images, brought to `times_s` between them."""
    rate_hz = _RATES_HZ[rng.integers(len(_RATES_HZ))]
    place = (times_s - times_s[0]) * rate_hz + rng.random()
    low, share = place.astype(int), (place % 1).astype(np.float32)
    noise = rng.standard_normal((17, 2, people, low[-1] + 2), np.float32)
    return noise[..., low] * (1 - share) + noise[..., low + 1] * share


def _astray(rng: np.random.Generator, people: int, times_s: Array) -> Array:
    """(17, 2, B, T) in heights: limbs that are put somewhere else for a while."""
    off = np.zeros((17, 2, people, len(times_s)), np.float32)
    for rows, per_s in _ASTRAY:
        now = spells(rng, people, times_s, per_s, (0.03, 0.6))
        where = 0.1 * wander(rng, (len(rows), 2, people), times_s, 0.7)
        off[rows] += where * now
    return off


def _confidence(rng: np.random.Generator, off: Array, hidden: Array) -> Array:
    """(17, B, T) of detectors that know more or less well how far off they are."""
    people, frames = off.shape[2:]
    far2 = (off**2).sum(1) / 0.04**2
    insight = rng.random((people, 1)).astype(np.float32)
    sure = 1 - insight * far2 / (1 + far2)
    sure *= np.where(hidden, rng.uniform(0.25, 1, (people, 1)), 1.0)
    sure *= rng.uniform(0.7, 1, (people, 1))
    sure -= 0.06 * np.abs(rng.standard_normal((17, people, frames), np.float32))
    return np.clip(sure, 0.02, 1).astype(np.float32)


def _present(rng: np.random.Generator, people: int, times_s: Array) -> Array:
    """(17, B, T) bool: neither hidden from sight nor lost."""
    there = rng.random((17, people, len(times_s))) > 0.004
    for rows, per_s, lasting_s in _GOES:
        there[rows] &= ~spells(rng, people, times_s, per_s, lasting_s)
    for rows, often in ((_EYES, 0.5), (_FACE[3:], 0.1), (_LEGS, 0.05)):
        there[rows] &= rng.random((people, 1)) > often
    return there


def _inside(rng: np.random.Generator, xy: Array, size_px: tuple[int, int]) -> Array:
    """(17, B, T) 1 inside the image; outside, detectors say nothing or guess with doubt."""
    size = np.array(size_px, np.float32)[:, None, None]
    inside = ((xy >= 0) & (xy <= size)).all(1)
    guess = np.where(rng.random((xy.shape[2], 1)) < 0.5, 0, rng.uniform(0.2, 0.6))
    return np.where(inside, 1.0, guess)


def _log_uniform(rng: np.random.Generator, span: tuple[float, float], people: int) -> Array:
    return np.exp(rng.uniform(np.log(span[0]), np.log(span[1]), (people, 1))).astype(np.float32)
