"""The time of one camera's images, which may drop out, come late, twice, or begin anew."""

from __future__ import annotations

from livemocap.messages import PoseFrame

LATE_S = 0.5
"""An image before the last one by no more than this is late; by more, the source began anew."""
LONGEST_WATCH_S = 1.0
"""An image tells of no more than this much time before it: nobody is forgotten unwatched."""


class Clock:
    """Seconds of capture since the source began, which never run backwards."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._zero_ns = 0
        """Capture time at 0 s."""
        self.now_s = 0.0
        self.watched_s = 0.0
        """The same, but standing still while no images come."""

    def repeats(self, frame: PoseFrame) -> bool:
        """Whether `frame` is the last image once more."""
        return self._last == (frame.t_capture_ns, frame.sequence)

    def late(self, frame: PoseFrame) -> bool:
        """Whether `frame` comes after a later one."""
        return -LATE_S <= self._since_s(frame) < 0

    def advance(self, frame: PoseFrame) -> bool:
        """Go on to `frame`, which is not late; whether the source began anew with it."""
        if self._last is None:
            self._zero_ns = frame.t_capture_ns
        step_s = self._since_s(frame)
        anew = step_s < 0
        if anew:
            self._zero_ns = frame.t_capture_ns - round(self.now_s * 1e9)
        else:
            self.now_s = (frame.t_capture_ns - self._zero_ns) * 1e-9
            self.watched_s += min(step_s, LONGEST_WATCH_S)
        self._last = frame.t_capture_ns, frame.sequence
        return anew

    def _since_s(self, frame: PoseFrame) -> float:
        if self._last is None:
            return 0.0
        return (frame.t_capture_ns - self._last[0]) * 1e-9
