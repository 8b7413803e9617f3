"""A person's build: shape coefficients from the proportions of their limbs, over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.skeleton import BLAZEPOSE33

from ..body_model import BodyModel
from .markers import Markers
from .observation import Array

_POINT = {name: k for k, name in enumerate(BLAZEPOSE33)}
_LIMBS = (
    (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"), 1.0),
    (("left_shoulder",), ("right_shoulder",), 0.5),
    (("left_shoulder",), ("left_elbow",), 0.6),
    (("right_shoulder",), ("right_elbow",), 0.6),
    (("left_elbow",), ("left_wrist",), 0.6),
    (("right_elbow",), ("right_wrist",), 0.6),
    (("left_hip",), ("left_knee",), 0.7),
    (("right_hip",), ("right_knee",), 0.7),
    (("left_knee",), ("left_ankle",), 0.7),
    (("right_knee",), ("right_ankle",), 0.7),
)
"""Middles of landmarks at both ends of a length, and how much the length counts."""
_LENGTH_SD_M = 0.03
_SEEN = 0.5
_SETTLES_S = 2.0
_FITTED_BETAS = 5
_BETA_LIMIT = 3.0


@dataclass(slots=True)
class Build:
    """What is known so far of one person's build."""

    lengths: Array
    """(L,) m, running means of the net's own lengths."""
    seen_s: Array
    """(L,) for how long each was seen."""
    betas: Array
    """(B,)."""
    rest_joints: Array
    """(55, 3) m, of these betas."""
    scale: float
    """Body metres per metre of the net, which takes everybody to be about equally tall."""
    next_fit_s: float = 0.0
    age_s: float = 0.0


class ShapeFitter:
    """Lengths to betas, by one linear solve.

    How tall somebody is cannot be told from one camera. What can be are proportions, so the
    lengths count up to a common factor and the body stays as near to average as they allow.
    """

    def __init__(self, body: BodyModel, markers: Markers) -> None:
        self._body = body
        self._ends = _mean_matrix()
        weight = np.array([w for _, _, w in _LIMBS]) / _LENGTH_SD_M
        self._weight = weight
        self._average = self._model_lengths(markers, np.zeros(_FITTED_BETAS))
        ahead = [self._model_lengths(markers, b) for b in 0.5 * np.eye(_FITTED_BETAS)]
        self._slopes = (np.stack(ahead, 1) - self._average[:, None]) / 0.5

    def start(self) -> Build:
        """Somebody of whom nothing is known."""
        count = len(_LIMBS)
        betas = np.zeros(self._body.beta_count)
        return Build(np.zeros(count), np.zeros(count), betas, self._rest_joints(betas), 1.0)

    def observe(self, build: Build, body: Array, visibility: Array, dt_s: float) -> None:
        """Take one frame's landmarks (33, 3) m into account.

        Betas are fitted again ever more rarely, so that a body settles.
        """
        lengths = np.linalg.norm(self._ends[0] @ body - self._ends[1] @ body, axis=-1)
        seen = np.minimum(*((e > 0) * visibility + (e == 0) for e in self._ends)).min(-1) > _SEEN
        build.seen_s += np.where(seen, dt_s, 0)
        gain = np.where(seen, dt_s / np.clip(build.seen_s, 1e-6, _SETTLES_S), 0)
        build.lengths += gain * (lengths - build.lengths)
        build.age_s += dt_s
        if build.age_s >= build.next_fit_s:
            build.next_fit_s = build.age_s + min(0.3 * build.age_s, _SETTLES_S)
            self._fit(build)

    def _fit(self, build: Build) -> None:
        known = build.seen_s > 0
        if not known[0] or known.sum() < 3:
            return
        w = (self._weight * known)[:, None]
        A = w * np.concatenate([self._slopes, -build.lengths[:, None]], 1)
        ridge = np.diag([1.0] * _FITTED_BETAS + [0.0])
        b = -w[:, 0] * self._average
        solved = np.linalg.solve(A.T @ A + ridge, A.T @ b)
        build.betas[:_FITTED_BETAS] = np.clip(solved[:-1], -_BETA_LIMIT, _BETA_LIMIT)
        build.rest_joints = self._rest_joints(build.betas)
        build.scale = float(np.clip(solved[-1], 0.8, 1.3))

    def _rest_joints(self, betas: Array) -> Array:
        return self._body.rest_joints(betas).astype(float)

    def _model_lengths(self, markers: Markers, betas: Array) -> Array:
        points = np.zeros((33, 3))
        points[markers.landmarks] = markers.at_rest(self._body.rest_joints(betas))
        return np.linalg.norm(self._ends[0] @ points - self._ends[1] @ points, axis=-1)


def _mean_matrix() -> Array:
    """(2, L, 33): both ends of each length as means of landmarks."""
    ends = np.zeros((2, len(_LIMBS), 33))
    for row, (*sides, _) in enumerate(_LIMBS):
        for end, names in enumerate(sides):
            ends[end, row, [_POINT[name] for name in names]] = 1 / len(names)
    return ends
