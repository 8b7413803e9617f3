"""Bones swung towards lifted directions; lengths, twist, hands, face and root stay."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from livemocap.messages import LIFTED
from livemocap.rotation import Array, multiply, quat_from_rotvec

from ..people import Ints, People, carried
from .limbs import BONES, ENDS, JOINTS, bone_directions, bypassed, lifted_directions, unit
from .offsets import Offsets
from .settings import LiftSettings
from .swings import mirrored, swing, swung

NOBODY: Ints = np.zeros(0, np.int64)

LONGEST_STEP_S = 0.1
"""Images that are farther apart count for no more."""


class Steering:
    """What is remembered of everybody's bones, in the order of the last image."""

    def __init__(self, settings: LiftSettings, bypass: tuple[str, ...] = ()) -> None:
        self._settings, self._free = settings, ~bypassed(bypass)
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._keys, self._t_s = NOBODY, 0.0
        self._offsets = Offsets.of_nobody(len(BONES))
        self._turn = np.zeros((0, len(BONES), 3))
        """(P, B, 3) what has been done to each bone, a rotation vector in the camera's axes."""
        self._say = np.zeros((0, len(BONES)))
        """(P, B) 0..1 how much of it is still done."""

    def steer(self, people: People, joints: Array) -> People:
        """The same people with their bones swung.

        Args:
            joints: (P, 17, 3) m of H36M17 about the hip in the camera's axes; NaN if not known.
        """
        if not len(people.keys):
            return people
        self._follow(people)
        dt_s = min(max(people.t_s - self._t_s, 1e-4), LONGEST_STEP_S)
        self._t_s = people.t_s
        engine = bone_directions(people)
        lifted, known = lifted_directions(joints)
        known &= self._free
        trust = self._trust(people) * known
        ray = unit(np.concatenate([people.places[:, :2], np.ones((len(engine), 1))], -1))
        self._offsets.learn(engine, lifted, mirrored(engine, ray), trust, dt_s, self._settings)
        wanted = swung(lifted, self._kept(trust)[..., None] * self._offsets.offset)
        self._turn = np.where(known[..., None], swing(engine, wanted), self._turn)
        fade = dt_s / self._settings.blend_s
        self._say = np.where(known, 1.0, np.maximum(self._say - fade, 0.0))
        return self._swung(people)

    def _trust(self, people: People) -> Array:
        """(P, B) 0..1 of the engine's directions."""
        sure = np.minimum(people.visibility.take(JOINTS, 1), people.visibility.take(ENDS, 1))
        none, full = self._settings.seen
        trust = np.clip((sure - none) / (full - none), 0.0, 1.0)
        return trust * people.seen[:, None]

    def _kept(self, trust: Array) -> Array:
        """(P, B) the share of the learnt difference that the engine keeps: all of it where the
        two mean different poses."""
        s = self._settings
        size = np.sqrt((self._offsets.offset**2).sum(-1)) / math.radians(s.gate_deg)
        agreement = np.clip(2 - 2 * size, 0.0, 1.0)
        return 1 - (1 - s.engine_share) * agreement

    def _swung(self, people: People) -> People:
        say = self._say * self._say * (3 - 2 * self._say)
        turned = say > 0
        if not turned.any():
            return people
        pose, provenance = people.pose_wxyz.copy(), people.provenance.copy()
        turn = quat_from_rotvec(say[..., None] * self._turn)
        pose[:, JOINTS] = multiply(turn, pose[:, JOINTS])
        provenance[:, JOINTS] = np.where(turned, np.uint8(LIFTED), provenance[:, JOINTS])
        return replace(people, pose_wxyz=pose, provenance=provenance)

    def _follow(self, people: People) -> None:
        """Put what is remembered into the order of this image; newcomers begin here."""
        same = np.array_equal(people.keys, self._keys)
        if same and not people.cut and not people.fresh.any():
            return
        rows = carried(NOBODY if people.cut else self._keys, people.keys)
        rows[people.fresh] = -1
        self._offsets.carry(rows)
        turn, say = np.zeros((len(rows), len(BONES), 3)), np.zeros((len(rows), len(BONES)))
        turn[rows >= 0], say[rows >= 0] = self._turn[rows[rows >= 0]], self._say[rows[rows >= 0]]
        self._keys, self._turn, self._say = people.keys, turn, say
