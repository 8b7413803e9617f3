"""Lifting without delay: a causal net's ring, at the net's own rate, answering at the camera's.

The ring keeps frames at even ticks only, interpolated between sights. The newest sight stands in
for the tick that is nearest to it, for a look that the ring does not keep, so the answer shows the
very image that came and lags nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .frames import Frames, frames_of, lifted
from .net import CausalNet, Normalization
from .resample import between, held

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
        self._net, self._normalization, self._gap_s = net, normalization, gap_s
        self._ring = net.ring()
        self.reset()

    def reset(self) -> None:
        self._ring.reset()
        self._people: dict[int, _Seen] = {}
        self._waiting: list[tuple[float, dict[int, Array]]] = []
        self._start_s, self._newest_s, self._ticks = 0.0, -np.inf, 0

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        frames = frames_of(sight, self._normalization)
        if not 0 <= frames.t_s - self._newest_s <= self._gap_s:
            self.reset()
            self._start_s = frames.t_s
        people = self._present(frames)
        self._tick(frames.t_s, people)
        answers = self._answers(frames.t_s, people)
        self._people, self._newest_s = people, frames.t_s
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

    def _tick(self, t_s: float, people: dict[int, _Seen]) -> None:
        """Note everybody at the ticks since the last sight."""
        while (tick_s := self._start_s + self._ticks / self._net.rate_hz) <= t_s + self._on_tick_s:
            self._ticks += 1
            frames = {
                key: self._at(tick_s, t_s, key, seen.frame) for key, seen in people.items()
            }
            self._waiting.append((tick_s, frames))

    def _at(self, tick_s: float, t_s: float, key: int, frame: Array) -> Array:
        """Somebody on the way from the last sight to this one."""
        last = self._people.get(key)
        if last is None or t_s - tick_s <= self._on_tick_s:
            return frame
        share = (tick_s - self._newest_s) / (t_s - self._newest_s)
        return between(last.frame, frame, np.asarray(share))

    def _answers(self, t_s: float, people: dict[int, _Seen]) -> dict[int, Array]:
        """Have the ring keep all ticks but one that the sight stands in for."""
        if not people:
            self._ring.reset()
            self._waiting.clear()
            return {}
        keys, half = list(people), 0.5 / self._net.rate_hz
        newest = np.stack([seen.frame for seen in people.values()])
        poses = None
        while self._waiting and self._is_due(t_s, self._waiting[0][0], half):
            tick_s, frames = self._waiting.pop(0)
            then = np.stack([frames.get(key, people[key].frame) for key in keys])
            kept = self._ring.push(keys, then)
            poses = kept if abs(t_s - tick_s) <= self._on_tick_s else None
        if poses is None:
            poses = self._ring.push(keys, newest, keep=False)
        return dict(zip(keys, poses, strict=True))

    def _is_due(self, t_s: float, tick_s: float, half: float) -> bool:
        return t_s - tick_s >= half or abs(t_s - tick_s) <= self._on_tick_s

    @property
    def _on_tick_s(self) -> float:
        return _ON_TICK / self._net.rate_hz
