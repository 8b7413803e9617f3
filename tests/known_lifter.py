"""A lifter that knows the truth and errs as lifters do: smoothly and a little late."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.lifter import H36M17, Lifted, Sight
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

Truth = Callable[[float], Array]
"""(P, 22, 3) m in the camera's axes at a time."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Of each lifted joint."""

    lasting_m: float = 0.02
    slow_m: float = 0.03
    slow_s: float = 0.6
    white_m: float = 0.0015
    late_s: float = 0.02


class KnownLifter:
    """Says where the person is whose hips are nearest to those of the keypoints.

    Args:
        look_ahead_s: an image is answered when one so much later has come.
        project: (P, 22, 3) m to (P, 22, 2) px.
    """

    name = "known"

    def __init__(
        self,
        truth: Truth,
        project: Callable[[Array], Array],
        errors: Errors | None = None,
        look_ahead_s: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.look_ahead_s = look_ahead_s
        self._truth, self._project, self._errors = truth, project, errors or Errors()
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        self._held: list[Sight] = []
        self._slow: dict[int, tuple[float, Array, Array]] = {}
        self._whom: dict[int, int] = {}

    def push(self, sight: Sight) -> Sequence[Lifted]:
        self._held.append(sight)
        ready = []
        while self._held and sight.t_s - self._held[0].t_s >= self.look_ahead_s - 1e-9:
            ready.append(self._lift(self._held.pop(0)))
        return ready

    def flush(self) -> Sequence[Lifted]:
        ready = [self._lift(sight) for sight in self._held]
        self.reset()
        return ready

    def _lift(self, sight: Sight) -> Lifted:
        late_s = self._errors.late_s if not self.look_ahead_s else 0.0
        truth = h36m(self._truth(sight.t_s - late_s))
        seen = self._project(self._truth(sight.t_s))
        joints = np.full((len(sight.keys), 17, 3), np.nan)
        for row, key in enumerate(sight.keys.tolist()):
            person = self._who(key, sight.keypoints_px[row], seen)
            if person is not None:
                joints[row] = truth[person] + self._error(key, sight.t_s)
                joints[row] -= joints[row, 0]
        return Lifted(t_s=sight.t_s, keys=sight.keys, joints=joints)

    def _who(self, key: int, keypoints: Array, seen: Array) -> int | None:
        hips = keypoints[[11, 12]]
        if (hips[:, 2] > 0).all():
            off = np.linalg.norm(seen[:, [1, 2]] - hips[:, :2], axis=-1).mean(-1)
            self._whom[key] = int(np.argmin(off))
        return self._whom.get(key)

    def _error(self, key: int, t_s: float) -> Array:
        e = self._errors
        rng = np.random.default_rng([self._seed, key, round(t_s * 1e6)])
        before_s, once, slow = self._slow.get(key, (t_s - 10.0, *np.zeros((2, 17, 3))))
        kept = math.exp(-max(t_s - before_s, 0.0) / (e.slow_s / 2))
        once = kept * once + math.sqrt(1 - kept * kept) * rng.normal(size=(17, 3))
        slow = kept * slow + (1 - kept) * once
        self._slow[key] = t_s, once, slow
        slow = slow * (1 + kept) / math.sqrt(1 + kept * kept)  # to unit variance
        lasting = np.random.default_rng([self._seed, key]).normal(size=(17, 3))
        white = rng.normal(size=(17, 3))
        return e.lasting_m * lasting + e.slow_m * slow + e.white_m * white


def h36m(joints: Array) -> Array:
    """(P, 22, 3) of SMPL-X's body to (P, 17, 3) of H36M17, about the hip."""
    found = np.empty((len(joints), 17, 3))
    for k, name in enumerate(H36M17.names):
        if name in SMPLX.names and name not in ("neck", "head"):
            found[:, k] = joints[:, SMPLX.index(name)]
    hip = joints[:, SMPLX.indices("left_hip", "right_hip")].mean(1)
    thorax = joints[:, SMPLX.indices("left_shoulder", "right_shoulder")].mean(1)
    found[:, 0], found[:, 8], found[:, 7] = hip, thorax, (hip + thorax) / 2
    head = joints[:, SMPLX.index("head")]
    found[:, 9], found[:, 10] = (thorax + head) / 2, head
    return found - hip[:, None]
