"""Limbs that jump away and back: onto another person's limb, onto a shadow, through the body.

A limb's turn since its last sighting is compared with the turn before it. What is too much for
something with a mass is a step. A step after which motion goes on as before it, and which is taken
back within `LONGEST_S`, is a fault: an offset that makes up for it keeps the motion in between.
Without what follows a fault cannot be told from a stamp or a blow, so this needs to look ahead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array, inverse, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..people import LIMB_JUMPED, Ints, People, carried
from ..rotations import global_body, local_body, part_of, product, relative
from .window import Window

LIMBS = (
    SMPLX.indices("left_shoulder", "left_elbow", "left_wrist"),
    SMPLX.indices("right_shoulder", "right_elbow", "right_wrist"),
    SMPLX.indices("left_hip", "left_knee", "left_ankle"),
    SMPLX.indices("right_hip", "right_knee", "right_ankle"),
)

STEP_RAD = np.array([0.22, 0.22, 0.18, 0.18])
STEP_RAD_S2 = np.array([170.0, 170.0, 110.0, 110.0])
"""A limb's turn (rms of its joints) past what was expected that is no motion: so much, which is
over three times the noise, and so much more for each squared second between the images."""

CALM = 0.35
"""Motion goes on as before if the image after a step surprises by no more than this share of it."""

TAKEN_BACK = 0.4
"""A step is taken back if no more than this share of it is left."""

LONGEST_S = 0.45
"""No limb is wrong for longer."""

BELIEVE_S = 0.2
"""After so long unseen nothing is known of what to expect."""

FADE_S = 0.05
"""Time constant with which the rest dies out that is left of a step."""

SPENT_RAD = 0.03
"""An offset under it is no offset any more."""

REPAIRED_VISIBILITY = 0.4
"""Of its visibility, what a mended joint keeps."""

_NONE = np.array([1.0, 0.0, 0.0, 0.0])
_OF_LIMB = np.zeros((BODY_JOINTS, len(LIMBS)))
for _limb, _joints in enumerate(LIMBS):
    _OF_LIMB[_joints, _limb] = 1
_MEAN_SQUARE = np.repeat(_OF_LIMB / _OF_LIMB.sum(0), 3, 0)
"""(66, L) from squared components of the joints' turns to the limbs' mean squares."""


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """An image and which limbs step in it."""

    people: People
    local: Array
    """(P, 22, 4)."""
    error: Array
    """(P, L) rad that each limb turned past what was expected."""
    steps: NDArray[np.bool_] | None
    """(P, L), None if nobody steps."""
    offsets: Array
    """(P, 22, 4) from what was expected of each joint to what was seen, where anybody steps."""

    @property
    def t_s(self) -> float:
        return self.people.t_s


class Jumps:
    """Mends limbs that jump; a Stage from People to People."""

    def __init__(self, look_ahead_s: float) -> None:
        self.look_ahead_s = look_ahead_s
        self.counts = {"limb_jumped": 0}
        """Sightings of people that were mended."""
        self._window: Window[_Measured] = Window(look_ahead_s)
        self._last = _LastSeen()
        self._made_up = _MadeUp()

    def push(self, item: People) -> list[People]:
        """See Stage."""
        results = self.flush() if item.cut else []
        self._window.add(self._last.measure(item))
        return results + [self._mend(one, after) for one, after in self._window.ready()]

    def flush(self) -> list[People]:
        """See Stage."""
        results = [self._mend(one, after) for one, after in self._window.rest()]
        self.reset()
        return results

    def reset(self) -> None:
        """See Stage."""
        self._window.clear()
        self._last = _LastSeen()
        self._made_up = _MadeUp()

    def _mend(self, one: _Measured, after: Sequence[_Measured]) -> People:
        """The image without its faults."""
        if one.steps is None and self._made_up.nothing:
            return one.people
        self._made_up.advance(one, after)
        offsets, mended = self._made_up.offsets, self._made_up.joints()
        who = mended.any(1)
        if not who.any():
            return one.people
        pose, visibility = one.people.pose_wxyz.copy(), one.people.visibility.copy()
        repairs = one.people.repairs.copy()
        pose[who, :BODY_JOINTS] = global_body(product(one.local[who], offsets[who]))
        visibility[:, :BODY_JOINTS][mended] *= REPAIRED_VISIBILITY
        repairs[who] |= LIMB_JUMPED
        self.counts["limb_jumped"] += int((who & one.people.seen).sum())
        return replace(one.people, pose_wxyz=pose, visibility=visibility, repairs=repairs)


class _LastSeen:
    """What was seen of everybody last, and how it was moving."""

    def __init__(self) -> None:
        self._keys: Ints = np.zeros(0, np.int64)
        self._seen_s = np.zeros(0)
        self._local = np.zeros((0, BODY_JOINTS, 4))
        self._rate = np.zeros((0, BODY_JOINTS, 3))
        self._stepped = np.zeros((0, len(LIMBS)), bool)

    def measure(self, people: People) -> _Measured:
        """Compare everybody with what was expected, and remember them."""
        local, seen = local_body(people.pose_wxyz), people.seen
        if len(people.keys) != len(self._keys) or (people.keys != self._keys).any():
            self._follow(people, local)
        dt_s = np.maximum(people.t_s - self._seen_s, 1e-4)
        new = people.fresh | (dt_s > BELIEVE_S) | ~seen
        turn = relative(self._local, local)
        turn = turn[..., 1:] * np.copysign(2.0, turn[..., :1])
        expected = self._rate * dt_s[:, None, None]
        surprise = (turn - expected).reshape(len(local), 3 * turn.shape[1])
        error = np.sqrt((surprise * surprise) @ _MEAN_SQUARE)
        steps = error > STEP_RAD + STEP_RAD_S2 * (dt_s * dt_s)[:, None]
        rate = turn / dt_s[:, None, None]
        if new.any():
            steps &= ~new[:, None]
            rate[new] = 0.0
        found, offsets = None, self._local
        if steps.any():
            found = steps
            offsets = relative(product(self._local, quat_from_rotvec(expected)), local)
            # a step tells nothing of speed; but two in a row are motion
            alone = (steps & ~self._stepped) @ _OF_LIMB.T > 0
            rate[alone] = self._rate[alone]
        self._keep(people, local, rate, steps)
        return _Measured(people, local, error, found, offsets)

    def _keep(self, people: People, local: Array, rate: Array, steps: NDArray[np.bool_]) -> None:
        """Remember whoever is seen."""
        seen = people.seen
        if seen.all():
            self._seen_s = np.full(len(local), people.t_s)
            self._local, self._rate, self._stepped = local, rate, steps
            return
        self._seen_s = np.where(seen, people.t_s, self._seen_s)
        self._local = np.where(seen[:, None, None], local, self._local)
        self._rate = np.where(seen[:, None, None], rate, self._rate)
        self._stepped = np.where(seen[:, None], steps, self._stepped)

    def _follow(self, people: People, local: Array) -> None:
        """Put what is remembered into the order of `people`; newcomers begin here."""
        rows = carried(self._keys, people.keys)
        old, known = rows[rows >= 0], rows >= 0
        n = len(rows)
        seen_s, local = np.full(n, people.t_s - 2 * BELIEVE_S), local.copy()
        rate, stepped = np.zeros((n, BODY_JOINTS, 3)), np.zeros((n, len(LIMBS)), bool)
        seen_s[known], local[known] = self._seen_s[old], self._local[old]
        rate[known], stepped[known] = self._rate[old], self._stepped[old]
        self._keys, self._seen_s = people.keys, seen_s
        self._local, self._rate, self._stepped = local, rate, stepped


class _MadeUp:
    """The offsets that make up for everybody's steps."""

    def __init__(self) -> None:
        self.nothing = True
        """Whether nobody has an offset."""
        self.offsets = np.zeros((0, BODY_JOINTS, 4))
        """(P, 22, 4) of the last image: a seen joint, times this, is as it should be."""
        self._keys: Ints = np.zeros(0, np.int64)
        self._until_s = np.zeros((0, BODY_JOINTS))
        """When each step is taken back."""
        self._now_s = 0.0

    def joints(self) -> NDArray[np.bool_]:
        """(P, 22) which joints have an offset."""
        return np.abs(self.offsets[..., 0]) < math.cos(SPENT_RAD / 2)

    def advance(self, one: _Measured, after: Sequence[_Measured]) -> None:
        """To the next image: let rests die out, make up for the steps of this one."""
        people = one.people
        self._follow(people.keys)
        if not self.nothing:
            kept = math.exp(-(people.t_s - self._now_s) / FADE_S)
            over = self._until_s < people.t_s
            self.offsets[over] = part_of(self.offsets[over], np.full(int(over.sum()), kept))
            self.offsets[people.fresh] = _NONE
            self._until_s[people.fresh] = -np.inf
        self._now_s = people.t_s
        if one.steps is not None:
            for row, limb in np.argwhere(one.steps).tolist():
                self._decide(one, after, row, limb)
        self.nothing = not self.joints().any()

    def _decide(self, one: _Measured, after: Sequence[_Measured], row: int, limb: int) -> None:
        """Whether a step is one of a fault, and if so make up for it."""
        joints = LIMBS[limb]
        offset = product(inverse(one.offsets[row, joints]), self.offsets[row, joints])
        if self._until_s[row, joints[0]] < one.t_s:
            until_s = _taken_back_s(one, after, row, limb, offset)
            if until_s is None:
                return
            self._until_s[row, joints] = until_s
        self.offsets[row, joints] = offset

    def _follow(self, keys: Ints) -> None:
        """Put the offsets into the order of `keys`."""
        if len(keys) == len(self._keys) and (keys == self._keys).all():
            return
        rows = carried(self._keys, keys)
        old, known = rows[rows >= 0], rows >= 0
        offsets = np.tile(_NONE, (len(keys), BODY_JOINTS, 1))
        until_s = np.full((len(keys), BODY_JOINTS), -np.inf)
        offsets[known], until_s[known] = self.offsets[old], self._until_s[old]
        self._keys, self.offsets, self._until_s = keys, offsets, until_s


def _taken_back_s(
    one: _Measured, after: Sequence[_Measured], row: int, limb: int, offset: Array
) -> float | None:
    """When the step that `offset` (N, 4) makes up for is taken back; None if it is motion."""
    key, joints = one.people.keys[row], LIMBS[limb]
    left_rad, calm_rad = TAKEN_BACK * _size(offset), CALM * float(one.error[row, limb])
    back_s: float | None = None
    previous = one
    for image in after:
        found = np.flatnonzero((image.people.keys == key) & image.people.seen)
        if not len(found):
            continue
        there = found[0]
        stepping = image.steps is not None and bool(image.steps[there, limb])
        if previous is one or back_s is not None:
            if not stepping and image.error[there, limb] > calm_rad:
                return None
            if back_s is not None:
                return None if stepping else back_s
        if image.t_s - one.t_s > LONGEST_S:
            return None
        if stepping:
            offset = product(inverse(image.offsets[there, joints]), offset)
            back_s = image.t_s if _size(offset) < left_rad else None
        previous = image
    return back_s


def _size(offsets: Array) -> float:
    """rms angle of (N, 4), about."""
    return 2 * math.sqrt(max(1 - float((offsets[:, 0] ** 2).mean()), 0.0))
