"""Which way a rig at rest looks, told by its shape and never by its names."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .skeleton import RigSkeleton
from .tree import Found

_UP = np.array([0.0, 1.0, 0.0])

_UPRIGHT = 0.7
"""Cosine from which a body stands: what leans less is its rest pose, not a rig on its side."""

_SIDED = ("hip", "knee", "ankle", "collar", "shoulder", "elbow", "wrist")


def upward(skeleton: RigSkeleton, found: Found) -> Array:
    """(3,) unit: the world's up, or the body's own where it lies or hangs head down."""
    low = [found[joint][0] for joint in ("left_hip", "right_hip") if joint in found]
    high = [found[joint][0] for joint in ("left_shoulder", "right_shoulder") if joint in found]
    if not (low and high):
        return _UP
    own = _unit(skeleton.heads[high].mean(0) - skeleton.heads[low].mean(0))
    return _UP if own @ _UP > _UPRIGHT else own


def facing(skeleton: RigSkeleton, found: Found) -> Array:
    """(3,) level direction; the longer, the surer; about 1 where both feet agree.

    Feet point forward, eyes lie before the head's joint, thumbs before the other fingers, knees
    bend forward and elbows back. The feet decide where there are toes.
    """
    up = upward(skeleton, found)
    feet = _toes(skeleton, found, up)
    if np.linalg.norm(feet) > 0.5:
        return feet
    hints = _eyes(skeleton, found, up) + _thumbs(skeleton, found, up)
    return feet + hints + 0.5 * _bends(skeleton, found, up)


def leftward(skeleton: RigSkeleton, found: Found) -> Array:
    """(3,) level unit direction from right to left by the names of pairs, or zero."""
    steps = np.zeros(3)
    for part in _SIDED:
        left, right = found.get(f"left_{part}"), found.get(f"right_{part}")
        if left and right:
            steps += skeleton.heads[left[0]] - skeleton.heads[right[0]]
    return _unit(_level(steps, upward(skeleton, found)))


def handedness(skeleton: RigSkeleton, found: Found) -> float:
    """1 where left is where facing says, -1 where it is mirrored, near 0 where nobody knows."""
    left = np.cross(upward(skeleton, found), facing(skeleton, found))
    return float(left @ leftward(skeleton, found))


def _toes(skeleton: RigSkeleton, found: Found, up: Array) -> Array:
    steps = []
    for side in ("left", "right"):
        ankle, foot = found.get(f"{side}_ankle"), found.get(f"{side}_foot")
        if ankle and foot:
            steps.append(_level(skeleton.heads[foot[0]] - skeleton.heads[ankle[0]], up))
    long = max((float(np.linalg.norm(step)) for step in steps), default=0.0)
    if long < 0.02 * height(skeleton):
        return np.zeros(3)
    return np.sum(steps, 0) / (len(steps) * long)


def _eyes(skeleton: RigSkeleton, found: Found, up: Array) -> Array:
    eyes = [found[f"{side}_eye"][0] for side in ("left", "right") if f"{side}_eye" in found]
    if not eyes or "head" not in found:
        return np.zeros(3)
    step = _level(skeleton.heads[eyes].mean(0) - skeleton.heads[found["head"][0]], up)
    return _unit(step) if np.linalg.norm(step) > 0.01 * height(skeleton) else np.zeros(3)


def _thumbs(skeleton: RigSkeleton, found: Found, up: Array) -> Array:
    """In the mean of both hands; hands that hang show it as well as hands held out."""
    steps = []
    for side in ("left", "right"):
        thumb, pinky = found.get(f"{side}_thumb2"), found.get(f"{side}_pinky2")
        if thumb and pinky:
            steps.append(_unit(_level(skeleton.heads[thumb[0]] - skeleton.heads[pinky[0]], up)))
    return 0.7 * np.sum(steps, 0) / len(steps) if steps else np.zeros(3)


def _bends(skeleton: RigSkeleton, found: Found, up: Array) -> Array:
    total = np.zeros(3)
    for sign, triple in ((1, ("hip", "knee", "ankle")), (-1, ("shoulder", "elbow", "wrist"))):
        for side in ("left", "right"):
            joints = [found.get(f"{side}_{part}") for part in triple]
            if not all(joints):
                continue
            a, b, c = (skeleton.heads[joint[0]] for joint in joints if joint)
            bend = _level(b - a - (c - a) * ((b - a) @ (c - a)) / max((c - a) @ (c - a), 1e-12), up)
            total += sign * _unit(bend) * float(np.linalg.norm(bend) > 0.02 * np.linalg.norm(c - a))
    return total / 4


def height(skeleton: RigSkeleton) -> float:
    """Between the lowest and the highest head, m."""
    return (float(np.ptp(skeleton.heads[:, 1])) if skeleton.names else 0.0) or 1.0


def _level(step: Array, up: Array) -> Array:
    return step - up * (step @ up)


def _unit(step: Array) -> Array:
    length = float(np.linalg.norm(step))
    return step / length if length > 1e-9 else np.zeros(3)
