"""What people do: captured motion, to be looked up at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX, Skeleton

from ...errors import InferenceError

BODY = Skeleton(names=SMPLX.names[:22], parents=SMPLX.parents[:22])
"""SMPL-X's joints without jaw, eyes and fingers."""

_SHORT_S = 4.0
"""Shorter clips are chosen as often as if they were so long."""


class TrainingError(InferenceError):
    """Training cannot begin or go on; the message says what to do about it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MotionClip:
    """One person's captured motion, +Y up."""

    name: str
    local_wxyz: Array
    """(T, 22, 4) as SMPL-X's, identity at rest, without sign jumps."""
    pelvis: Array
    """(T, 3) m."""
    rate_hz: float


class Motions:
    """Clips and their mirror images. Time runs on for ever: forth and back through a clip."""

    def __init__(self, clips: Sequence[MotionClip]) -> None:
        if not clips or min(len(clip.pelvis) for clip in clips) < 2:
            raise TrainingError("no motion to learn from: give clips of two frames or more.")
        both = [version for clip in clips for version in (clip, _mirrored(clip))]
        self.names = [clip.name for clip in both]
        frames = np.array([len(clip.pelvis) for clip in both])
        self._frames, self._first = frames, np.cumsum(frames) - frames
        self._rate = np.array([clip.rate_hz for clip in both])
        self.lengths_s = (frames - 1) / self._rate
        self._local = np.concatenate([clip.local_wxyz for clip in both]).astype(np.float32)
        self._local = np.ascontiguousarray(self._local.transpose(1, 2, 0))
        self._pelvis = np.concatenate([clip.pelvis for clip in both]).T.astype(np.float32)

    def chosen(self, rng: np.random.Generator, count: int) -> Array:
        """(count,) clips, long ones more often."""
        weight = np.maximum(self.lengths_s, _SHORT_S)
        return rng.choice(len(weight), count, p=weight / weight.sum())

    def at(self, clips: Array, times_s: Array) -> tuple[Array, Array]:
        """Clips (B,) at (B, T) s: joint turns (22, 4, B, T) and where the pelvis is (3, B, T)."""
        last = (self._frames - 1)[clips, None]
        place = (times_s * self._rate[clips, None]) % (2 * last)
        place = np.minimum(place, 2 * last - place)
        low = np.minimum(place.astype(int), last - 1)
        share = (place - low).astype(np.float32)
        low += self._first[clips, None]
        local = self._local[..., low] * (1 - share) + self._local[..., low + 1] * share
        pelvis = self._pelvis[:, low] * (1 - share) + self._pelvis[:, low + 1] * share
        return local / np.sqrt((local**2).sum(1, keepdims=True)), pelvis


def _mirrored(clip: MotionClip) -> MotionClip:
    return MotionClip(
        name=clip.name,
        local_wxyz=clip.local_wxyz[:, BODY.mirror] * np.array([1, 1, -1, -1]),
        pelvis=clip.pelvis * np.array([-1, 1, 1]),
        rate_hz=clip.rate_hz,
    )
