"""Lifting with some of the future known: each image waits for a few more, and what is still to come
of its window is as the last of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .frames import Frames, Normalizer, lifted, require_fitting
from .live import GAP_S
from .net import Net, Normalization
from .stretches import Stretch, Stretches

_ON_TIME_S = 1e-6


class WindowedLifter:
    """A livemocap.lifter.Lifter. Windows stand at the images' own times, of all people at once.

    Args:
        look_ahead_s: how long an image waits. More than the net's own future brings nothing.
    """

    def __init__(
        self,
        net: Net,
        normalization: Normalization,
        *,
        look_ahead_s: float,
        gap_s: float = GAP_S,
    ) -> None:
        self.name = net.name
        self.look_ahead_s = min(look_ahead_s, net.ahead / net.rate_hz)
        self._frames_of = Normalizer(normalization, net.normalization)
        self._net, self._gap_s = net, gap_s
        self._offsets_s = np.arange(-net.past, net.ahead + 1) / net.rate_hz
        self.reset()

    def reset(self) -> None:
        self._frames_of.reset()
        self._waiting: deque[tuple[Frames, list[Stretch | None]]] = deque()
        self._stretches = Stretches(self._gap_s)
        self._newest_s = -np.inf

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        require_fitting(sight)
        anew = not 0 <= sight.t_s - self._newest_s <= self._gap_s
        results = list(self.flush()) if anew else []
        frames, self._newest_s = self._frames_of(sight), sight.t_s
        self._waiting.append((frames, self._stretches.add(frames)))
        while self._waiting and self._is_due(self._waiting[0][0].t_s):
            results.append(self._lifted(*self._waiting.popleft()))
        self._forget()
        return results

    def flush(self) -> Sequence[Lifted]:
        results = [self._lifted(*waiting) for waiting in self._waiting]
        self.reset()
        return results

    def _is_due(self, t_s: float) -> bool:
        return self._newest_s - t_s >= self.look_ahead_s - _ON_TIME_S

    def _lifted(self, frames: Frames, stretches: list[Stretch | None]) -> Lifted:
        poses = np.full((len(stretches), 17, 3), np.nan, np.float32)
        seen = [person for person, stretch in enumerate(stretches) if stretch is not None]
        windows = [self._window(stretch, frames.t_s) for stretch in stretches if stretch]
        if seen:
            poses[seen] = self._net.poses(np.stack(windows))[:, 0]
        return lifted(frames, poses)

    def _window(self, stretch: Stretch, t_s: float) -> Array:
        return stretch.at(t_s + self._offsets_s, unknown=self._net.takes_unknown)

    def _forget(self) -> None:
        oldest_s = self._waiting[0][0].t_s if self._waiting else self._newest_s
        self._stretches.forget_before(oldest_s + self._offsets_s[0])
