"""What is missing between the sequence numbers of a stream."""

from __future__ import annotations

from livemocap.messages import ImageFrame, Message, PoseFrame, TrackFrame


class GapCounter:
    """Counts what is missing between the sequence numbers of each camera."""

    def __init__(self) -> None:
        self.gaps = 0
        self._last: dict[str, int] = {}

    def see(self, message: Message) -> None:
        if not isinstance(message, ImageFrame | PoseFrame | TrackFrame):
            return
        last = self._last.get(message.camera_id)
        if last is not None and message.sequence > last + 1:
            self.gaps += message.sequence - last - 1
        self._last[message.camera_id] = message.sequence
