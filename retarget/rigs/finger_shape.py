"""Finds the fingers of a hand whose bones' names say nothing: five lines, the thumb apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array, normalize

from .fingers import starts_in_palm
from .skeleton import RigSkeleton
from .tree import Found
from .words import DIGITS

_SURE, _UNSURE = 0.7, 0.4


def fingers_by_shape(skeleton: RigSkeleton, body: Found) -> Found:
    """Of hands that no finger is known of yet: the fifteen joints if there are five fingers."""
    found: Found = {}
    for side in ("left", "right"):
        wrist = body.get(f"{side}_wrist")
        known = any(joint.startswith(side) and joint[:-1].endswith(DIGITS) for joint in body)
        if wrist is None or known:
            continue
        for joint, (bone, sure) in _hand(skeleton, wrist[0]).items():
            found[f"{side}_{joint}"] = (bone, min(sure, wrist[1]))
    return found


def _hand(skeleton: RigSkeleton, wrist: int) -> Found:
    """Joints without their side."""
    lines = [_phalanges(skeleton, line, wrist) for line in _lines(skeleton, wrist)]
    fingers = [line for line in lines if len(line) == 3]
    if len(fingers) != 5 or len(lines) != 5:
        return {}
    heads = np.array([skeleton.heads[line] for line in fingers])
    thumb, clear = _thumb(heads, skeleton.heads[wrist])
    order, in_row = _row(heads, thumb)
    sure = _SURE if clear and in_row else _UNSURE
    return {
        f"{digit}{k}": (bone, sure)
        for digit, finger in zip(DIGITS, [thumb, *order], strict=True)
        for k, bone in enumerate(fingers[finger], 1)
    }


def _lines(skeleton: RigSkeleton, bone: int) -> list[list[int]]:
    """The lines of bones that end in the ends of fingers; what carries several lies in the palm."""
    found: list[list[int]] = []
    for child in skeleton.children[bone]:
        beyond = _lines(skeleton, child)
        found += beyond if len(beyond) > 1 else [[child, *(beyond[0] if beyond else [])]]
    return found


def _phalanges(skeleton: RigSkeleton, line: list[int], wrist: int) -> list[int]:
    return line[1:4] if starts_in_palm(skeleton, line, wrist) else line[:3]


def _thumb(heads: Array, wrist: Array) -> tuple[int, bool]:
    """Which of (5, 3, 3) fingers: it begins nearest the wrist and points away from the others."""
    nearest = int(np.argmin(np.linalg.norm(heads[:, 0] - wrist, axis=-1)))
    along = normalize(heads[:, 2] - heads[:, 0])
    same = along @ along.T
    apart = int(np.argmin(same.sum(-1)))
    return nearest, nearest == apart


def _row(heads: Array, thumb: int) -> tuple[Sequence[int], bool]:
    """The others from index to pinky, and whether their knuckles lie in a row."""
    others = [finger for finger in range(len(heads)) if finger != thumb]
    knuckles = heads[:, 0]
    far = {finger: float(np.linalg.norm(knuckles[finger] - heads[thumb, 1])) for finger in others}
    order = sorted(others, key=lambda finger: far[finger])
    row = knuckles[order]
    along = (row - row[0]) @ normalize(row[-1] - row[0])
    steps = np.diff(along)
    return order, bool((steps > 0.2 * steps.mean()).all())
