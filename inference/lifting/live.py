"""Lifting without delay: a causal net's ring, at the net's own rate, answering at the camera's.

The ring keeps frames at even ticks, interpolated between sights. A sight comes between two ticks:
its answer is on the way from the pose at the last tick to a pose at the next one, for which people
are thought to move on as they do and which the ring does not keep. In a net that is linear in its
newest frame that is the very frame that came, so nothing lags and no noise is made larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .frames import Frames, Normalizer, lifted, require_fitting
from .net import CausalNet, Normalization
from .resample import FURTHEST, between, beyond, held

_ON_TICK = 1e-3
"""Of a tick's length."""

GAP_S = 0.5
"""Who is not seen for so long begins anew when seen again."""


@dataclass(frozen=True, slots=True)
class _Seen:
    frame: Array
    """(17, 3)."""
    t_s: float
    """When; older than the newest sight if somebody is hidden."""


class LiveLifter:
    """A livemocap.lifter.Lifter that holds nothing back."""

    look_ahead_s = 0.0

    def __init__(
        self, net: CausalNet, normalization: Normalization, *, gap_s: float = GAP_S
    ) -> None:
        self.name = net.name
        self._frames_of = Normalizer(normalization, net.normalization)
        self._net, self._gap_s = net, gap_s
        self._tick_s = 1 / net.rate_hz
        self._ring = net.ring()
        self.reset()

    def reset(self) -> None:
        self._frames_of.reset()
        self._ring.reset()
        self._people: dict[int, _Seen] = {}
        self._poses: dict[int, Array] = {}
        self._start_s, self._newest_s, self._ticks = 0.0, -np.inf, 0

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        require_fitting(sight)
        if not 0 <= sight.t_s - self._newest_s <= self._gap_s:
            self.reset()
            self._start_s = self._newest_s = sight.t_s
        frames = self._frames_of(sight)
        answers = self._answers(frames.t_s, self._present(frames))
        nothing = np.full((17, 3), np.nan, np.float32)
        poses = [answers.get(key, nothing) for key in frames.keys]
        return [lifted(frames, np.array(poses, np.float32).reshape(-1, 17, 3))]

    def flush(self) -> Sequence[Lifted]:
        self.reset()
        return []

    def _present(self, frames: Frames) -> dict[int, _Seen]:
        """Who is seen, and who was a moment ago and is hidden now."""
        present = {}
        for key, frame, known in zip(frames.keys, frames.keypoints, frames.known, strict=True):
            last = self._people.get(key)
            if known:
                present[key] = _Seen(self._complete(frame, last), frames.t_s)
            elif last is not None and frames.t_s - last.t_s <= self._gap_s:
                present[key] = last
        return present

    def _complete(self, frame: Array, last: _Seen | None) -> Array:
        if self._net.takes_unknown:
            return frame
        return held(frame, None if last is None else last.frame)

    def _answers(self, t_s: float, people: dict[int, _Seen]) -> dict[int, Array]:
        """Everybody's pose at `t_s`, by key."""
        keys = list(people)
        after = np.array([seen.frame for seen in people.values()]).reshape(-1, 17, 3)
        before = np.array([self._people.get(key, people[key]).frame for key in keys])
        apart_s, since_s = t_s - self._newest_s, self._ticks_until(t_s, keys, before, after)
        self._people, self._newest_s = people, t_s
        if not keys or since_s <= self._slack_s:
            return self._poses
        onward = (self._tick_s - since_s) / apart_s if apart_s > 0 else 0.0
        next_frames = beyond(before, after, min(onward, FURTHEST))
        next_poses = self._ring.push(keys, next_frames, keep=False)
        share = np.float32(since_s / self._tick_s)
        return {
            key: pose + (1 - share) * (self._poses.get(key, pose) - pose)
            for key, pose in zip(keys, next_poses, strict=True)
        }

    def _ticks_until(self, t_s: float, keys: list[int], before: Array, after: Array) -> float:
        """Have the ring keep the ticks since the last sight; how long ago the last tick was."""
        apart_s = t_s - self._newest_s
        self._poses = {key: self._poses[key] for key in keys if key in self._poses}
        if not keys:
            self._ring.reset()
        while (since_s := t_s - self._start_s - self._ticks * self._tick_s) >= -self._slack_s:
            self._ticks += 1
            if keys:
                is_now = since_s <= self._slack_s or apart_s <= 0
                share = np.asarray(1.0 if is_now else 1 - since_s / apart_s)
                frames = after if is_now else between(before, after, share)
                self._poses = dict(zip(keys, self._ring.push(keys, frames), strict=True))
        return since_s + self._tick_s

    @property
    def _slack_s(self) -> float:
        return _ON_TICK * self._tick_s
