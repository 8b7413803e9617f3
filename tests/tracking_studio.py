"""A tracking loop between publishers of poses and a reader of tracks, for tests."""

from __future__ import annotations

from livemocap.bus import ControlServer, OrderedSubscriber, Publisher
from livemocap.messages import Message
from livemocap.metrics import MetricsCollector
from tracking.config import TrackingConfig
from tracking.process import TrackingProcess

LOCAL = "tcp://127.0.0.1:0"


def read(subscriber: OrderedSubscriber, until: type[Message], times: int = 1) -> list[Message]:
    """Messages up to the `times`-th of a kind; fails if they do not come."""
    found: list[Message] = []
    while sum(isinstance(message, until) for message in found) < times:
        got = subscriber.poll(60.0)
        assert got is not None, f"only {len(found)} messages came"
        found.append(got[1])
    return found


class Studio:
    """A tracking loop between two publishers of poses and a reader of tracks."""

    def __init__(
        self,
        cameras: tuple[str, ...] = ("cam0",),
        guests: int = 0,
        config: TrackingConfig | None = None,
        control: ControlServer | None = None,
    ) -> None:
        self.poses = [Publisher(LOCAL) for _ in cameras]
        self.output = Publisher(LOCAL)
        self.input = OrderedSubscriber([p.endpoint for p in self.poses], ["pose/"])
        self.tracks = OrderedSubscriber([self.output.endpoint], ["track"])
        self.metrics = MetricsCollector("track")
        self.process = TrackingProcess(
            config or TrackingConfig(),
            cameras,
            self.input,
            self.output,
            self.metrics,
            control,
            track_readers=1,
            track_guests=guests,
        )
        for publisher in self.poses:
            publisher.wait_for_subscribers(1, 60.0)

    def close(self) -> None:
        for thing in (*self.poses, self.output, self.input, self.tracks):
            thing.close()
