"""Lifting a whole take at its end: every pose sees all the past and future that its net can use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .frames import Frames, Normalizer, lifted, require_fitting
from .live import GAP_S
from .net import Net, Normalization
from .resample import interpolated
from .stretches import Stretch, Stretches

Step = Callable[[int, int], object]
"""Told how many frames of how many are done."""

_CHUNK = 1024
"""As many frames at once: memory stays flat however long a take is."""


class BakeLifter:
    """A livemocap.lifter.Lifter that answers when flushed, or when time jumps.

    Args:
        step: told how far a flush is.
    """

    look_ahead_s = float("inf")

    def __init__(
        self,
        net: Net,
        normalization: Normalization,
        *,
        gap_s: float = GAP_S,
        step: Step = lambda _done, _total: None,
    ) -> None:
        self.name = net.name
        self._frames_of = Normalizer(normalization, net.normalization)
        self._net, self._gap_s, self._step = net, gap_s, step
        self.reset()

    def reset(self) -> None:
        self._frames_of.reset()
        self._held: list[tuple[Frames, list[Stretch | None]]] = []
        self._stretches = Stretches(self._gap_s)
        self._newest_s = -np.inf

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        require_fitting(sight)
        results = self.flush() if sight.t_s < self._newest_s else []
        frames, self._newest_s = self._frames_of(sight), sight.t_s
        self._held.append((frames, self._stretches.add(frames)))
        return results

    def flush(self) -> Sequence[Lifted]:
        held = self._held
        places = {stretch: None for _, all_of in held for stretch in all_of if stretch}
        times = {stretch: self._ticks(stretch) for stretch in places}
        total, done, poses = sum(map(len, times.values())), 0, {}
        for stretch in places:
            poses[stretch] = self._poses(stretch, times[stretch], done, total)
            done += len(times[stretch])
        self.reset()
        return [self._lifted(frames, all_of, times, poses) for frames, all_of in held]

    def _ticks(self, stretch: Stretch) -> Array:
        """From the first frame to the last, or a little after it."""
        first_s, last_s = stretch.times[[0, -1]]
        count = int(np.ceil((last_s - first_s) * self._net.rate_hz - 1e-6)) + 1
        return first_s + np.arange(count) / self._net.rate_hz

    def _poses(self, stretch: Stretch, ticks: Array, done: int, total: int) -> Array:
        """(N, 17, 3) at every tick; the stretch's ends are repeated around it."""
        past, ahead = self._net.past, self._net.ahead
        frames = stretch.at(ticks, unknown=self._net.takes_unknown)
        around = np.pad(frames, ((past, ahead), (0, 0), (0, 0)), mode="edge")
        poses = []
        for start in range(0, len(ticks), _CHUNK):
            end = min(start + _CHUNK, len(ticks))
            poses.append(self._net.poses(around[None, start : end + past + ahead])[0])
            self._step(done + end, total)
        return np.concatenate(poses)

    def _lifted(
        self,
        frames: Frames,
        stretches: list[Stretch | None],
        times: dict[Stretch, Array],
        poses: dict[Stretch, Array],
    ) -> Lifted:
        answers = np.full((len(stretches), 17, 3), np.nan, np.float32)
        at = np.array([frames.t_s])
        for person, stretch in enumerate(stretches):
            if stretch is not None:
                answers[person] = interpolated(times[stretch], poses[stretch], at)[0]
        return lifted(frames, answers)
