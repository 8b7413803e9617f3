"""What comes after an image that later stages still hold back."""

from __future__ import annotations

from collections import deque

from ..people import People


class Foresight:
    """People to People, unchanged and at once; whoever comes later in the chain can ask for what
    has passed here since."""

    look_ahead_s = 0.0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._passed: deque[People] = deque()

    def push(self, item: People) -> list[People]:
        """See Stage."""
        self._passed.append(item)
        return [item]

    def flush(self) -> list[People]:
        """Nothing is held back; later stages are yet to ask for what has passed."""
        return []

    def since(self, t_s: float) -> deque[People]:
        """What has passed from an image's time on; nobody asks for earlier ones afterwards."""
        while self._passed and self._passed[0].t_s < t_s:
            self._passed.popleft()
        return self._passed
