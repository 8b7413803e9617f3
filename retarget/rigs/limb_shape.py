"""Which bones of a line are a limb's joints, by lengths: arms and legs fold in the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from livemocap.rotation import Array, normalize

Places = dict[str, tuple[int, float]]
"""Part of the limb to place in the line and certainty."""

_CLEAR = 0.25
"""By how much the best reading of a line must beat the next one to be trusted."""


_BENT = 3.0
"""What a detour within a segment takes from the score."""


def leg_joints(line: Array, other: Array, children: Sequence[int]) -> Places:
    """Hip, knee, ankle, foot of a leg.

    Args:
        line: (N, 3) heads from the first bone to the end, m.
        other: (M, 3) of the other leg.
        children: how many bones hang on each.
    """
    first = _first_apart(line, other)
    best = _best(len(line), first, lambda *places: _leg_score(line, first, *places))
    if best is None:
        return {}
    (hip, knee, ankle), sure = best
    found = {"hip": (hip, sure), "knee": (knee, sure), "ankle": (ankle, sure)}
    if ankle + 1 < len(line):
        found["foot"] = (ankle + 1, min(sure, 0.9 if len(line) <= ankle + 3 else 0.5))
    return found


def arm_joints(line: Array, other: Array, children: Sequence[int]) -> Places:
    """Collar, shoulder, elbow, wrist of an arm; arguments as of `leg_joints`."""
    first = _first_apart(line, other)

    def score(shoulder: int, elbow: int, wrist: int) -> float:
        return _arm_score(line, other, children, shoulder, elbow, wrist)

    best = _best(len(line), first, score)
    if best is None:
        return {}
    (shoulder, elbow, wrist), sure = best
    found = {"shoulder": (shoulder, sure), "elbow": (elbow, sure), "wrist": (wrist, sure)}
    if shoulder > 0:
        found["collar"] = (0, min(sure, 0.9))
    return found


def _first_apart(line: Array, other: Array) -> int:
    """The first bone that does not share its head with the other limb's: joints of limbs lie
    apart, CMU's LHipJoint and RHipJoint do not."""
    both = min(len(line), len(other))
    apart = np.linalg.norm(line[:both] - other[:both], axis=-1)
    return int(np.argmax(apart > 0.04 * float(np.linalg.norm(np.ptp(line, 0)))))


def _best(
    bones: int, first: int, score: Callable[[int, int, int], float]
) -> tuple[tuple[int, int, int], float] | None:
    """The three places that score highest, and how far they are ahead, as a certainty."""
    scores = {places: score(*places) for places in combinations(range(first, bones), 3)}
    if not scores:
        return None
    best = max(scores, key=lambda places: scores[places])
    if scores[best] < -1.2:
        return None
    next_best = max((s for places, s in scores.items() if places != best), default=-9.0)
    return best, float(np.clip(0.5 + 0.4 * (scores[best] - next_best) / _CLEAR, 0.3, 0.95))


def _leg_score(line: Array, first: int, hip: int, knee: int, ankle: int) -> float:
    """Thigh and shin alike, no leg above the hip, a short foot that turns away after it."""
    thigh, shin = _length(line, hip, knee), _length(line, knee, ankle)
    if min(thigh, shin) < 1e-6:
        return -9.0
    rest = _path(line, ankle, len(line) - 1)
    unused = _path(line, first, hip) / thigh
    score = -abs(np.log(thigh / shin)) - max(0.0, rest / shin - 0.9) - 1.5 * unused
    score -= _BENT * (_detour(line, hip, knee) + _detour(line, knee, ankle))
    if ankle + 1 == len(line):
        return float(score - 0.4)
    return float(score + 0.4 * _turn(line, knee, ankle))


def _arm_score(
    line: Array, other: Array, children: Sequence[int], shoulder: int, elbow: int, wrist: int
) -> float:
    """Upper arm and forearm alike, shoulders a good part of an arm apart, a hand at the end."""
    upper, fore = _length(line, shoulder, elbow), _length(line, elbow, wrist)
    if min(upper, fore) < 1e-6 or shoulder >= len(other):
        return -9.0
    arm = upper + fore
    apart = float(np.linalg.norm(line[shoulder] - other[shoulder])) / arm
    score = -abs(np.log(upper / fore)) - 1.5 * max(0.0, 0.45 - apart) - max(0.0, apart - 1.2)
    score -= _BENT * (_detour(line, shoulder, elbow) + _detour(line, elbow, wrist))
    score -= max(0.0, _path(line, 0, shoulder) / upper - 0.8)
    score -= max(0.0, _path(line, wrist, len(line) - 1) / fore - 0.9)
    fingers = children[wrist]
    early = any(count >= 4 for count in children[:wrist])
    return float(score + (0.6 if fingers >= 4 else 0.45 if fingers >= 2 else 0) - 0.6 * early)


def _length(line: Array, a: int, b: int) -> float:
    return float(np.linalg.norm(line[b] - line[a]))


def _path(line: Array, a: int, b: int) -> float:
    return float(np.linalg.norm(np.diff(line[a : b + 1], axis=0), axis=-1).sum())


def _detour(line: Array, a: int, b: int) -> float:
    """How much longer the way along the bones is: within a segment nothing bends."""
    return _path(line, a, b) / max(_length(line, a, b), 1e-9) - 1


def _turn(line: Array, knee: int, ankle: int) -> float:
    """0 where the foot goes on as the shin does, 1 from a right angle on."""
    shin, foot = normalize(line[ankle] - line[knee]), normalize(line[ankle + 1] - line[ankle])
    return float(np.clip(1 - shin @ foot, 0, 1))
