"""Damped Gauss-Newton steps for one person's parameters, from all of their keyframes together.

Each keyframe may besides be wrong for itself in pose and place; that is solved for with it and
forgotten (the Schur complement), so that the errors of one image do not become the body's.
What is minimised are the losses of DynaBOA: points in 2D, weighted by confidence and robust; their
motion since a moment ago; and priors of shape and pose about what the engine said (theta0) and
about a slow mean of past solutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array

from .keyframes import Keyframe
from .model import Looks, Posed, in_view, place_slopes, posed, shared_slopes
from .parameters import COUNT, SHAPE, SPREADS, TURNED, TURNS, Parameters
from .proportions import height_slopes

POINT_M = 0.03
"""How far off a point of a detector usually is, on the body."""
OUTLIER = 3.0
"""Points this many times farther off count for little (Geman and McClure)."""
MOTION = 0.7
"""Weight of motion against places."""
TURN_DOUBT_RAD, ASIDE_DOUBT_M, DEPTH_DOUBT = np.radians(4.0), 0.03, 0.04
"""What single images are wrong by: rotations about each axis, places across the view and along it
(as a logarithm)."""
ANCHOR_KEPT = 0.99
"""Of the anchor, in every step; the rest is the solution."""
ANCHOR_SPREAD = 3.0
"""How far from the anchor solutions may be, in spreads of theta0."""
HEIGHT_DOUBT = 0.003
"""Of the logarithm of how tall somebody is whose height was given."""
SAME_IMAGES = 0.5
"""Weight of evidence: looks of one moment share errors, and count less than as many strangers."""
_LARGEST_DAMPING = 1e4

_DOUBTS = np.concatenate(
    [np.full(3 * len(TURNED), TURN_DOUBT_RAD), [ASIDE_DOUBT_M, ASIDE_DOUBT_M, DEPTH_DOUBT]]
)
_TURNS_OF_ONE = 3 * len(TURNED)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What to solve: keyframes, and what is known without them."""

    looks: Looks
    """N now, then N a moment before."""
    anchor: Array
    """(COUNT,) the slow mean of past solutions."""
    shape_held: bool = False
    """The body's proportions are decided."""
    height_held: bool = False
    """How tall they are was given."""

    @classmethod
    def of(cls, frames: Sequence[Keyframe], bones: Array, anchor: Array) -> Problem:
        """`bones` (21, 3) m at rest, as the engine has them."""
        return cls(Looks.of_pairs(frames, bones), anchor)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A solution on the way."""

    wanted: Parameters
    own: Array
    """(N, 33) what each keyframe is off by for itself."""
    anchor: Array
    damping: float
    cost: float
    body: Posed


class Solver:
    """Solves one problem step by step; whoever runs it stops when it likes."""

    def __init__(self, problem: Problem, start: Parameters) -> None:
        self._problem = problem
        self._count = len(problem.looks.pelvis) // 2
        self._free = np.ones(COUNT, bool)
        self._free[SHAPE] = not problem.shape_held
        own = np.zeros((self._count, len(_DOUBTS)))
        body = self._pose(start, own)
        cost = self._cost(start, own, body, problem.anchor)
        self._state = State(start, own, problem.anchor, 1e-2, cost, body)
        self.done = False

    @property
    def solution(self) -> Parameters:
        """The best so far."""
        return self._state.wanted

    @property
    def anchor(self) -> Array:
        """(COUNT,) the slow mean, with this solution in it."""
        return self._state.anchor

    def step(self) -> None:
        """Go one step on; a step that makes things worse is taken back, and the next is shorter."""
        state = self._state
        shared, own = self._direction(state)
        wanted = replace(state.wanted, vector=state.wanted.vector + shared)
        mine = state.own + own
        anchor = ANCHOR_KEPT * state.anchor + (1 - ANCHOR_KEPT) * wanted.vector
        body = self._pose(wanted, mine)
        cost = self._cost(wanted, mine, body, state.anchor)
        if not cost < state.cost:
            damping = state.damping * 10
            self._state = replace(state, damping=damping)
            self.done = damping > _LARGEST_DAMPING
            return
        self.done = state.cost - cost < 1e-3 * state.cost
        self._state = State(wanted, mine, anchor, state.damping / 5, cost, body)

    def _pose(self, wanted: Parameters, own: Array) -> Posed:
        both = np.concatenate([own, own])
        turns = both[:, :_TURNS_OF_ONE].reshape(len(both), -1, 3)
        return posed(self._problem.looks, wanted, turns, both[:, _TURNS_OF_ONE:])

    def _residuals(self, body: Posed) -> tuple[Array, Array]:
        """(N, 24, 2) in POINT_M, places then motion, and (N, 24) weights that are not robust."""
        n, looks = self._count, self._problem.looks
        off = (body.seen - looks.points) * (looks.pelvis[:, None, 2:] / POINT_M)
        sure = looks.sure
        motion = off[:n] - off[n:]
        weights = np.concatenate([sure[:n], MOTION * np.sqrt(sure[:n] * sure[n:])], 1)
        return np.concatenate([off[:n], motion], 1), SAME_IMAGES * weights

    def _cost(self, wanted: Parameters, own: Array, body: Posed, anchor: Array) -> float:
        residuals, weights = self._residuals(body)
        squares = (residuals**2).sum(-1)
        data = (weights * squares / (1 + squares / OUTLIER**2)).sum()
        vector = wanted.vector
        prior = (vector / SPREADS) ** 2 + ((vector - anchor) / (ANCHOR_SPREAD * SPREADS)) ** 2
        taller = self._taller(wanted)[0] if self._problem.height_held else 0.0
        return float(data + prior.sum() + ((own / _DOUBTS) ** 2).sum() + taller**2)

    def _taller(self, wanted: Parameters) -> tuple[float, Array]:
        taller, slopes = height_slopes(self._problem.looks.bones, wanted.factors)
        return taller / HEIGHT_DOUBT, slopes / HEIGHT_DOUBT

    def _direction(self, state: State) -> tuple[Array, Array]:
        """(COUNT,) and (N, 33) of the damped Gauss-Newton step."""
        residuals, weights = self._residuals(state.body)
        squares = (residuals**2).sum(-1)
        weights = weights / (1 + squares / OUTLIER**2) ** 2
        J, own = self._jacobians(state.body)
        e = residuals.reshape(self._count, -1)
        w = np.repeat(weights, 2, 1)[:, :, None]
        JW, OW = (J * w).swapaxes(1, 2), (own * w).swapaxes(1, 2)
        H, g = self._prior(state)
        H += (JW @ J).sum(0)
        g += (JW @ e[..., None]).sum(0)[:, 0]
        Hoo = OW @ own + np.diag((1 + state.damping) / _DOUBTS**2)
        go = (OW @ e[..., None])[..., 0] + state.own / _DOUBTS**2
        Hso = JW @ own
        solved = np.linalg.solve(Hoo, np.concatenate([Hso.swapaxes(1, 2), go[..., None]], 2))
        schur = H - (Hso @ solved[..., :-1]).sum(0)
        right = g - (Hso @ solved[..., -1:]).sum(0)[:, 0]
        shared = np.zeros(COUNT)
        free = self._free
        shared[free] = -np.linalg.solve(schur[np.ix_(free, free)], right[free])
        return shared, -(solved[..., -1] + solved[..., :-1] @ shared)

    def _prior(self, state: State) -> tuple[Array, Array]:
        """(COUNT, COUNT) and (COUNT,) of what is known without keyframes, and of the damping."""
        at_zero, at_anchor = 1 / SPREADS**2, 1 / (ANCHOR_SPREAD * SPREADS) ** 2
        vector = state.wanted.vector
        H = np.diag((1 + state.damping) * at_zero + at_anchor)
        g = at_zero * vector + at_anchor * (vector - state.anchor)
        if self._problem.height_held:
            taller, slopes = self._taller(state.wanted)
            H[np.ix_(SHAPE, SHAPE)] += np.outer(slopes, slopes)
            g[SHAPE] += taller * slopes
        return H, g

    def _jacobians(self, body: Posed) -> tuple[Array, Array]:
        """(N, 48, COUNT) of what is shared and (N, 48, 33) of what is each keyframe's own."""
        n, looks = self._count, self._problem.looks
        scale = (looks.pelvis[:, 2] / POINT_M)[:, None, None, None]
        shared = in_view(body, shared_slopes(body)) * scale
        places = np.repeat(place_slopes(body)[:, None], shared.shape[1], 1)
        own = np.concatenate([shared[..., TURNS], in_view(body, places) * scale], -1)
        return _with_motion(shared, n), _with_motion(own, n)


def _with_motion(slopes: Array, n: int) -> Array:
    """(2 N, 12, 2, K) to (N, 48, K): places, then motion."""
    both = np.concatenate([slopes[:n], slopes[:n] - slopes[n:]], 1)
    return both.reshape(n, -1, slopes.shape[-1])
