"""Limbs swung towards lifted directions, torsos turned; lengths, twist, hands and face stay."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from livemocap.messages import LIFTED
from livemocap.rotation import (
    Array,
    matrix_from_rotvec,
    multiply,
    normalize,
    quat_from_rotvec,
    rotvec_from_matrix,
)

from ..people import Ints, People, carried
from .limbs import (
    BONES,
    CORNERS,
    ENDS,
    JOINTS,
    LOWER,
    PARTS,
    UPPER,
    bypassed,
    steered_as_lifted,
    steered_as_seen,
)
from .offsets import Offsets, taken_over
from .settings import LiftSettings
from .swings import mirrored, swing, swung

NOBODY: Ints = np.zeros(0, np.int64)

_B = len(BONES)
_TURNED: Ints = np.concatenate([JOINTS, LOWER, UPPER])
_PART: Ints = np.r_[np.arange(_B), np.full(len(LOWER), _B), np.full(len(UPPER), _B + 1)]
"""Joints that are turned, and the part that each belongs to."""

LONGEST_STEP_S = 0.1
"""Images that are farther apart count for no more."""


class Steering:
    """What is remembered of everybody's parts, in the order of the last image."""

    def __init__(self, settings: LiftSettings, bypass: tuple[str, ...] = ()) -> None:
        self._settings, self._free = settings, ~bypassed(bypass)
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._keys, self._t_s = NOBODY, 0.0
        self._offsets = Offsets.of_nobody()
        self._turn = np.zeros((0, len(PARTS), 3))
        """(P, N, 3) what has been done to each part, a rotation vector in the camera's axes."""
        self._say = np.zeros((0, len(PARTS)))
        """(P, N) 0..1 how much of it is still done."""

    def steer(self, people: People, joints: Array) -> People:
        """The same people with their limbs swung and torsos turned.

        Args:
            joints: (P, 17, 3) m of H36M17 about the hip in the camera's axes; NaN if not known.
        """
        if not len(people.keys):
            return people
        self._follow(people)
        dt_s = min(max(people.t_s - self._t_s, 1e-4), LONGEST_STEP_S)
        self._t_s = people.t_s
        bones, torso = steered_as_seen(people)
        lifted_bones, lifted_torso, known = steered_as_lifted(joints)
        known &= self._free
        trust = self._trust(people) * known
        turned = rotvec_from_matrix(torso @ lifted_torso.swapaxes(-1, -2))

        def the_other_way_round() -> Array:
            ray = normalize(np.concatenate([people.places[:, :2], np.ones((len(bones), 1))], -1))
            return np.concatenate([swing(lifted_bones, mirrored(bones, ray)), turned], 1)

        found = np.concatenate([swing(lifted_bones, bones), turned], 1)
        self._offsets.learn(found, the_other_way_round, trust, dt_s, self._settings)
        kept = self._kept()[..., None] * self._offsets.offset
        turn = swing(bones, swung(lifted_bones, kept[:, :_B]))
        whole = matrix_from_rotvec(kept[:, _B:]) @ lifted_torso @ torso.swapaxes(-1, -2)
        turn = np.concatenate([turn, rotvec_from_matrix(whole)], 1)
        self._turn = np.where(known[..., None], turn, self._turn)
        fade = dt_s / self._settings.blend_s
        self._say = np.where(known, 1.0, np.maximum(self._say - fade, 0.0))
        return self._turned(people)

    def _trust(self, people: People) -> Array:
        """(P, N) 0..1 of the engine's parts."""
        sure = people.visibility
        bones = np.minimum(sure.take(JOINTS, 1), sure.take(ENDS, 1))
        torso = sure.take(CORNERS, 1).min(1, keepdims=True)
        none, full = self._settings.seen
        sure = np.concatenate([bones, torso, torso], 1)
        trust = np.clip((sure - none) / (full - none), 0.0, 1.0)
        return trust * people.seen[:, None]

    def _kept(self) -> Array:
        """(P, N) the share of the learnt difference that the engine keeps: all of it where the
        two mean different poses."""
        s = self._settings
        size = np.sqrt((self._offsets.offset**2).sum(-1)) / math.radians(s.gate_deg)
        agreement = np.clip(2 - 2 * size, 0.0, 1.0)
        return 1 - (1 - s.engine_share) * agreement

    def _turned(self, people: People) -> People:
        say = self._say * self._say * (3 - 2 * self._say)
        touched = say > 0
        if not touched.any():
            return people
        pose, provenance = people.pose_wxyz.copy(), people.provenance.copy()
        turn = quat_from_rotvec(say[..., None] * self._turn)[:, _PART]
        pose[:, _TURNED] = multiply(turn, pose[:, _TURNED])
        told = np.where(touched[:, _PART], np.uint8(LIFTED), provenance[:, _TURNED])
        provenance[:, _TURNED] = told
        return replace(people, pose_wxyz=pose, provenance=provenance)

    def _follow(self, people: People) -> None:
        """Put what is remembered into the order of this image; newcomers begin here."""
        same = np.array_equal(people.keys, self._keys)
        if same and not people.cut and not people.fresh.any():
            return
        rows = carried(NOBODY if people.cut else self._keys, people.keys)
        rows[people.fresh] = -1
        self._offsets.carry(rows)
        self._turn, self._say = taken_over(self._turn, rows), taken_over(self._say, rows)
        self._keys = people.keys
