"""People seen the wrong way round and hands seen exchanged: which of two readings is the pose.

An estimator that takes a back for a front gives the twin of a pose: left and right exchanged and
the body turned by half a turn. For every person, and apart from that for the hands, the likeliest
sequence of "as it is" and "its twin" is found (Viterbi 1967). A step costs the angle by which the
chosen readings turn, a twin costs by the second. So it lets go by itself: once a twin has cost
more than the one step that it saves, the estimate is believed. Looking ahead, it saves two steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from ..people import FLIPPED, HANDS_EXCHANGED, MIRRORED, Ints, People, carried
from ..rotations import HALF_TURN, HALF_TURN_SIGNS, IN_MIRROR, product, relative, twin
from .window import Window

TWIN_PRICE = np.array([18.0, 0.8])
"""rad/s of a body, and of hands, that are not what they seem: a half turn is worth 0.17 s, hands
that are 20 degrees or more from exchanged ones 0.4 s."""

SWITCH_PRICE = np.array([0.5, 0.07])
SWITCH_PRICE_S = np.array([0.0, 0.5])
"""rad of changing from one reading to the other, and rad/s more, as wrists move between images."""

MOST_RAD = np.array([3.2, 0.4])
"""However unlike they are, a step counts no more: so hands let go after 0.4 s at the latest."""

BELIEVE_S = 0.2
"""After so long unseen what was before says nothing about which reading is right."""

REPAIRED_VISIBILITY = 0.5
"""Of its visibility, what a mended joint keeps."""

ELBOWS, WRISTS = slice(18, 20), slice(20, 22)
"""Of SMPL-X's joints, left before right."""

FINGERS = slice(25, 55)

_HAND_JOINTS = np.r_[WRISTS, FINGERS]
_OTHER_HAND = np.r_[1, 0, 17:32, 2:17]
"""(32,) for each of both hands' joints the other hand's."""

_TWIN_ENTRIES = np.concatenate([HALF_TURN, (4 + _OTHER_HAND[:, None] * 4 + np.arange(4)).ravel()])
_TWIN_SIGNS = np.concatenate([HALF_TURN_SIGNS, np.tile(IN_MIRROR, 32)])
"""(132,) where the twin of what is compared has its entries, and their signs."""

_SUM4 = np.ones(4)
_QUESTIONS = np.zeros((33, 2))
_QUESTIONS[0, 0], _QUESTIONS[1:, 1] = 2, 2 / 32
"""(33, K) what is compared to what it tells of, for twice the mean."""


@dataclass(frozen=True, slots=True, eq=False)
class _Voted:
    """An image and what it adds to the search; K = 2 questions: body, hands."""

    people: People
    back: NDArray[np.bool_]
    """(P, K, 2) whether the best way to each reading comes from the other one."""
    best: NDArray[np.bool_]
    """(P, K) whether the twin is the likeliest, as far as is known with this image."""
    start: NDArray[np.bool_]
    """(P,) who begins anew: nothing connects the reading with the one before."""
    quiet: bool
    """Nobody's twin is likelier, and nobody's plain reading comes from a twin."""

    @property
    def t_s(self) -> float:
        return self.people.t_s


class Twins:
    """Mends turned bodies and exchanged hands; a Stage from People to People."""

    def __init__(self, look_ahead_s: float = 0.0) -> None:
        self.look_ahead_s = look_ahead_s
        self.counts = {"flipped": 0, "mirrored": 0, "hands_exchanged": 0}
        """Sightings of people that were mended."""
        self._window: Window[_Voted] = Window(look_ahead_s)
        self._forget()

    def push(self, item: People) -> list[People]:
        """See Stage."""
        results = self.flush() if item.cut else []
        self._window.add(self._vote(item))
        return results + [self._mend(one, after) for one, after in self._window.ready()]

    def flush(self) -> list[People]:
        """See Stage."""
        results = [self._mend(one, after) for one, after in self._window.rest()]
        self._forget()
        return results

    def reset(self) -> None:
        """See Stage."""
        self._window.clear()
        self._forget()

    def _forget(self) -> None:
        self._keys: Ints = np.zeros(0, np.int64)
        self._seen_s = np.zeros(0)
        self._costs = np.zeros((0, 2, 2))
        """(P, K, 2) of the best way to each reading, less that of the better one."""
        self._shown = np.zeros((0, 33, 4))
        """(P, 33, 4) what is compared: root, wrists, fingers."""

    def _vote(self, people: People) -> _Voted:
        """Take in an image."""
        shown, seen = _compared(people.pose_wxyz), people.seen
        if len(people.keys) != len(self._keys) or (people.keys != self._keys).any():
            self._follow(people, shown)
        dt_s = (people.t_s - self._seen_s)[:, None]
        start = (people.fresh | (dt_s[:, 0] > BELIEVE_S)) & seen
        same, cross = _angles(self._shown, shown)
        stay = self._costs + same[..., None]
        swap = self._costs[..., ::-1] + (cross + (SWITCH_PRICE + SWITCH_PRICE_S * dt_s))[..., None]
        back = swap < stay
        costs = np.minimum(stay, swap)
        costs[..., 1] += dt_s * TWIN_PRICE
        costs -= costs.min(-1, keepdims=True)
        if start.any():
            costs[start], back[start] = _AT_FIRST, False
        self._keep(people, costs, shown, back)
        best = self._costs[..., 1] < self._costs[..., 0]
        return _Voted(people, back, best, start, not (best | back[..., 0]).any())

    def _keep(self, people: People, costs: Array, shown: Array, back: NDArray[np.bool_]) -> None:
        """Remember whoever is seen; of the others nothing is asked."""
        seen = people.seen
        if seen.all():
            self._costs, self._shown = costs, shown
            self._seen_s = np.full(len(seen), people.t_s)
            return
        back[~seen] = False
        self._seen_s = np.where(seen, people.t_s, self._seen_s)
        self._costs = np.where(seen[:, None, None], costs, self._costs)
        self._shown = np.where(seen[:, None, None], shown, self._shown)

    def _follow(self, people: People, shown: Array) -> None:
        """Put what is remembered into the order of `people`; newcomers begin here."""
        rows = carried(self._keys, people.keys)
        old, known = rows[rows >= 0], rows >= 0
        seen_s = np.full(len(rows), people.t_s - 2 * BELIEVE_S)
        costs, shown = np.repeat(_AT_FIRST[None], len(rows), 0), shown.copy()
        seen_s[known], costs[known] = self._seen_s[old], self._costs[old]
        shown[known] = self._shown[old]
        self._keys, self._seen_s, self._costs, self._shown = people.keys, seen_s, costs, shown

    def _mend(self, one: _Voted, after: Sequence[_Voted]) -> People:
        """The image as it is taken to be, given what followed."""
        loud = [k for k, later in enumerate(after) if not later.quiet]
        if one.quiet and not loud:
            return one.people
        twins = _decide(one, after[: (loud[-1] if loud else 0) + 2])
        if not twins.any():
            return one.people
        return self._mended(one.people, twins[:, 0], twins[:, 1])

    def _mended(
        self, people: People, turned: NDArray[np.bool_], exchanged: NDArray[np.bool_]
    ) -> People:
        """Take the twins' pose of whom is `turned`, and other hands of whom is `exchanged`.

        A body's twin has its hands exchanged too, so those differ from what they should be only
        where the two do.
        """
        pose, visibility = people.pose_wxyz.copy(), people.visibility.copy()
        repairs, odd = people.repairs.copy(), turned != exchanged
        if turned.any():
            pose[turned] = twin(pose[turned])
            visibility[turned] *= REPAIRED_VISIBILITY
            repairs[turned] |= FLIPPED | MIRRORED
        if odd.any():
            pose[odd] = _with_hands_exchanged(pose[odd])
            visibility[np.ix_(odd, _HAND_JOINTS)] *= REPAIRED_VISIBILITY
            repairs[odd] |= HANDS_EXCHANGED
        flips = int((turned & people.seen).sum())
        self.counts["flipped"] += flips
        self.counts["mirrored"] += flips
        self.counts["hands_exchanged"] += int((odd & people.seen).sum())
        return replace(people, pose_wxyz=pose, visibility=visibility, repairs=repairs)


_AT_FIRST = np.stack([np.zeros(2), SWITCH_PRICE / 2], -1)
"""(K, 2) the costs of somebody of whom nothing is known yet."""


def _compared(pose_wxyz: Array) -> Array:
    """(P, 33, 4) the root, and wrists and fingers to their parents."""
    wrists = relative(pose_wxyz[:, ELBOWS], pose_wxyz[:, WRISTS])
    return np.concatenate([pose_wxyz[:, :1], wrists, pose_wxyz[:, FINGERS]], 1)


def _angles(before: Array, now: Array) -> tuple[Array, Array]:
    """(P, K) rad from what was shown to what is shown, and to its twin; rms of the hands'."""
    n = len(now)
    both = np.empty((2, n, 33, 4))
    both[0] = now
    both[1] = (now.reshape(n, 132).take(_TWIN_ENTRIES, 1) * _TWIN_SIGNS).reshape(n, 33, 4)
    both *= before
    like = both @ _SUM4
    like *= like
    angle = np.arccos(np.minimum(like @ _QUESTIONS - 1, 1.0))
    same, cross = np.minimum(angle, MOST_RAD)
    return same, cross


def _decide(one: _Voted, after: Sequence[_Voted]) -> NDArray[np.bool_]:
    """(P, K) whether the twin is taken: the best way through all that is known, at `one`."""
    later: _Voted | None = None
    choice = one.best
    for image in [*reversed(after), one]:
        before = image.best.copy()
        if later is not None:
            rows = carried(image.people.keys, later.people.keys)
            kept = (rows >= 0) & ~later.start
            came = np.take_along_axis(later.back, choice[..., None].astype(np.int64), -1)[..., 0]
            before[rows[kept]] = (choice ^ came)[kept]
        later, choice = image, before
    return choice


def _with_hands_exchanged(pose_wxyz: Array) -> Array:
    """(P, 55, 4) with each wrist and finger turned as its other one, in the mirror."""
    pose = pose_wxyz.copy()
    hands = _compared(pose_wxyz)[:, 1:][:, _OTHER_HAND] * IN_MIRROR
    pose[:, WRISTS] = product(pose_wxyz[:, ELBOWS], hands[:, :2])
    pose[:, FINGERS] = hands[:, 2:]
    return pose
