"""Which bones of a line are a limb's joints, by lengths: arms and legs fold in the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import log

import numpy as np

from livemocap.rotation import Array

Places = dict[str, tuple[int, float]]
"""Part of the limb to place in the line and certainty."""

_CLEAR = 0.25
"""By how much the best reading of a line must beat the next one to be trusted."""


_HOPELESS = -1.2
"""A line whose best reading scores lower is no limb."""

_BENT = 3.0
"""What a detour within a segment takes from the score."""


class _Line:
    """Lengths along a limb's bones, looked up for every reading of it."""

    def __init__(self, line: Array, other: Array, children: Sequence[int]) -> None:
        """As of `leg_joints`."""
        steps = np.linalg.norm(np.diff(line, axis=0), axis=-1)
        both = min(len(line), len(other))
        apart = np.linalg.norm(line[:both] - other[:both], axis=-1)
        self.bones = len(line)
        self.along = np.concatenate([[0.0], np.cumsum(steps)]).tolist()
        self.straight = np.linalg.norm(line[:, None] - line[None], axis=-1).tolist()
        self.apart = [*apart.tolist(), *([0.0] * (len(line) - both))]
        self.directions = np.diff(line, axis=0) / np.maximum(steps, 1e-9)[:, None]
        self.heads = line
        self.children = children
        large = 0.04 * float(np.linalg.norm(np.ptp(line, 0)))
        self.first = int(np.argmax(apart > large))
        """The first bone that does not share its head with the other limb's: joints of limbs lie
        apart, CMU's LHipJoint and RHipJoint do not."""

    def path(self, a: int, b: int) -> float:
        return self.along[b] - self.along[a]

    def rest(self, a: int) -> float:
        """From a bone to the end."""
        return self.along[-1] - self.along[a]

    def detour(self, a: int, b: int) -> float:
        """How much longer the way along the bones is: within a segment nothing bends."""
        return self.path(a, b) / max(self.straight[a][b], 1e-9) - 1

    def turn(self, knee: int, ankle: int) -> float:
        """0 where the foot goes on as the shin does, 1 from a right angle on."""
        shin = (self.heads[ankle] - self.heads[knee]) / max(self.straight[knee][ankle], 1e-9)
        return min(max(1 - float(shin @ self.directions[ankle]), 0.0), 1.0)


def leg_joints(line: Array, other: Array, children: Sequence[int]) -> Places:
    """Hip, knee, ankle, foot of a leg.

    Args:
        line: (N, 3) heads from the first bone to the end, m.
        other: (M, 3) of the other leg.
        children: how many bones hang on each.
    """
    leg = _Line(line, other, children)
    best = _best(leg, _leg_score)
    if best is None:
        return {}
    (hip, knee, ankle), sure = best
    found = {"hip": (hip, sure), "knee": (knee, sure), "ankle": (ankle, sure)}
    if ankle + 1 < len(line):
        found["foot"] = (ankle + 1, min(sure, 0.9 if len(line) <= ankle + 3 else 0.5))
    return found


def arm_joints(line: Array, other: Array, children: Sequence[int]) -> Places:
    """Collar, shoulder, elbow, wrist of an arm; arguments as of `leg_joints`."""
    best = _best(_Line(line, other, children), _arm_score)
    if best is None:
        return {}
    (shoulder, elbow, wrist), sure = best
    found = {"shoulder": (shoulder, sure), "elbow": (elbow, sure), "wrist": (wrist, sure)}
    if shoulder > 0:
        found["collar"] = (0, min(sure, 0.9))
    return found


def _best(
    line: _Line, score: Callable[[_Line, int, int, int], float]
) -> tuple[tuple[int, int, int], float] | None:
    """The three places that score highest, and how far they are ahead, as a certainty."""
    readings = combinations(range(line.first, line.bones), 3)
    scores = {places: score(line, *places) for places in readings}
    best = max(scores, key=lambda places: scores[places], default=None)
    if best is None or scores[best] < _HOPELESS:
        return None
    next_best = max((s for places, s in scores.items() if places != best), default=-9.0)
    return best, min(max(0.5 + 0.4 * (scores[best] - next_best) / _CLEAR, 0.3), 0.95)


def _leg_score(leg: _Line, hip: int, knee: int, ankle: int) -> float:
    """Thigh and shin alike, no leg above the hip, a short foot that turns away after it."""
    thigh, shin = leg.straight[hip][knee], leg.straight[knee][ankle]
    if min(thigh, shin) < 1e-6:
        return -9.0
    score = -abs(log(thigh / shin)) - max(0.0, leg.rest(ankle) / shin - 0.9)
    score -= 1.5 * leg.path(leg.first, hip) / thigh
    score -= _BENT * (leg.detour(hip, knee) + leg.detour(knee, ankle))
    return score + (0.4 * leg.turn(knee, ankle) if ankle + 1 < leg.bones else -0.4)


def _arm_score(arm: _Line, shoulder: int, elbow: int, wrist: int) -> float:
    """Upper arm and forearm alike, shoulders a good part of an arm apart, a hand at the end."""
    upper, fore = arm.straight[shoulder][elbow], arm.straight[elbow][wrist]
    if min(upper, fore) < 1e-6 or not arm.apart[shoulder]:
        return -9.0
    apart = arm.apart[shoulder] / (upper + fore)
    score = -abs(log(upper / fore)) - 1.5 * max(0.0, 0.45 - apart) - max(0.0, apart - 1.2)
    score -= _BENT * (arm.detour(shoulder, elbow) + arm.detour(elbow, wrist))
    score -= max(0.0, arm.path(0, shoulder) / upper - 0.8)
    score -= max(0.0, arm.rest(wrist) / fore - 0.9)
    fingers = arm.children[wrist]
    early = any(count >= 4 for count in arm.children[:wrist])
    return score + (0.6 if fingers >= 4 else 0.45 if fingers >= 2 else 0) - 0.6 * early
