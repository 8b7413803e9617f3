"""Everybody's past, in pieces within which a net may look from frame to frame."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .frames import Frames
from .resample import filled, sampled


class Stretch:
    """One person, seen without a long gap. It grows while they stay."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._frames: list[Array] = []

    @property
    def last_s(self) -> float:
        return self._times[-1]

    def append(self, t_s: float, frame: Array) -> None:
        """Later than all before; of two frames at one time the second counts."""
        if self._times and t_s <= self._times[-1]:
            self._times.pop()
            self._frames.pop()
        self._times.append(t_s)
        self._frames.append(frame)

    def forget_before(self, t_s: float) -> None:
        """All but one frame from before that time."""
        while len(self._times) > 1 and self._times[1] <= t_s:
            del self._times[0], self._frames[0]

    @property
    def times(self) -> Array:
        return np.array(self._times)

    def at(self, times: Array, *, unknown: bool) -> Array:
        """(M, 17, 3) as they were at `times`; before and after all, as at first and last.

        Args:
            unknown: whether joints may be unknown; they are filled in otherwise.
        """
        frames = np.array(self._frames)
        return sampled(self.times, frames if unknown else filled(self.times, frames), times)


class Stretches:
    """Who is in which stretch now.

    Args:
        gap_s: whoever is not seen for so long begins a new one.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._open: dict[int, Stretch] = {}

    def add(self, frames: Frames) -> list[Stretch | None]:
        """The stretch of each person of a sight; none for who is not known in it.

        Whoever is not named begins anew when named again.
        """
        stretches = [self._of(frames, person) for person in range(len(frames.keys))]
        self._open = {key: self._open[key] for key in frames.keys if key in self._open}
        return stretches

    def forget_before(self, t_s: float) -> None:
        for stretch in self._open.values():
            stretch.forget_before(t_s)

    def _of(self, frames: Frames, person: int) -> Stretch | None:
        if not frames.known[person]:
            return None
        key, t_s = frames.keys[person], frames.t_s
        stretch = self._open.get(key)
        if stretch is None or t_s - stretch.last_s > self._gap_s:
            stretch = self._open[key] = Stretch()
        stretch.append(t_s, frames.keypoints[person])
        return stretch
