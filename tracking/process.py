"""The tracking loop: every camera's poses in order in, one TrackFrame each out."""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from livemocap.bus import TRACK, BusError, ControlServer, OrderedSubscriber, Publisher
from livemocap.lifecycle import StopToken, run_loop
from livemocap.messages import EndOfStream, Message, PoseFrame, TrackFrame
from livemocap.metrics import MetricsCollector

from .commands import Everybody, answer
from .config import TrackingConfig
from .tracker import MakeLifter, Tracker

_LOG = logging.getLogger(__name__)

READERS_TIMEOUT_S = 30.0
GUESTS_TIMEOUT_S = 20.0
_POLL_S = 0.1


class TrackingProcess:
    """Runs one Tracker for each camera; they share the ids.

    Args:
        cameras: whose poses are expected; the loop ends when all of them have ended.
        poses: subscribed to `pose/`.
        control: answers `people.list`, `people.swap` and the like; None for no control.
        make_lifter: of what steers bones, asked once for each camera; None for none.
        track_readers: subscribers to wait for before the first message.
        track_guests: more of them, who are given a while to come.
    """

    def __init__(
        self,
        config: TrackingConfig,
        cameras: Iterable[str],
        poses: OrderedSubscriber,
        publisher: Publisher,
        metrics: MetricsCollector,
        control: ControlServer | None = None,
        *,
        make_lifter: MakeLifter | None = None,
        track_readers: int = 0,
        track_guests: int = 0,
    ) -> None:
        ids = itertools.count(1)
        self._trackers = {
            camera: Tracker(config, ids, make_lifter() if make_lifter else None)
            for camera in cameras
        }
        self._poses, self._publisher, self._metrics = poses, publisher, metrics
        self._control, self._everybody = (
            control,
            Everybody([tracker.people for tracker in self._trackers.values()]),
        )
        self._track_readers, self._track_guests = track_readers, track_guests
        self._ended: set[str] = set()
        self._say_look_ahead()

    def run(self, stop: StopToken, *, strict: bool = False) -> int:
        """Until the token is set or every camera has ended. Returns how many frames failed.

        Raises:
            BusError: the readers that were to be waited for did not come.
        """
        return run_loop(self.step, stop, strict=strict, expected=(BusError,))

    def step(self) -> bool:
        """Handle what came; False when every camera has ended."""
        if self._control:
            self._control.serve(lambda asked: answer(self._everybody, asked))
        found = self._poses.poll(_POLL_S)
        try:
            if found:
                self._handle(found[1])
        except Exception:
            self._metrics.count("failed")
            raise
        finally:
            self._metrics.set("gaps", self._poses.gaps)
            self._metrics.set("malformed", self._poses.malformed)
            self._metrics.publish_if_due()
        return not self._ended >= set(self._trackers)

    def _handle(self, message: Message) -> None:
        if isinstance(message, PoseFrame) and message.camera_id in self._trackers:
            self._track(message)
        elif isinstance(message, EndOfStream) and message.camera_id in self._trackers:
            self._send(self._trackers[message.camera_id].flush())
            self._publish(message)
            self._ended.add(message.camera_id)

    def _track(self, frame: PoseFrame) -> None:
        started_ns = time.monotonic_ns()
        tracker = self._trackers[frame.camera_id]
        ready = tracker.push(frame)
        self._send(ready)
        tracker.learn()
        for tracked in ready:
            self._measure(tracked, started_ns)

    def _send(self, frames: Sequence[TrackFrame]) -> None:
        for frame in frames:
            self._publish(frame)

    def _publish(self, message: Message) -> None:
        if self._track_readers:
            self._wait_for_readers()
        self._publisher.send(TRACK, message)

    def _wait_for_readers(self) -> None:
        """Once: those who must not miss the first frame, and those who would rather not."""
        readers, self._track_readers = self._track_readers, 0
        self._publisher.wait_for_subscribers(readers, READERS_TIMEOUT_S)
        if not self._track_guests:
            return
        try:
            self._publisher.wait_for_subscribers(readers + self._track_guests, GUESTS_TIMEOUT_S)
        except BusError as error:
            _LOG.info("going on: %s", error)

    def _say_look_ahead(self) -> None:
        """How much later people are shown than the engine saw them, for `livemocap top`."""
        look_ahead_s = max((t.look_ahead_s for t in self._trackers.values()), default=0.0)
        if math.isfinite(look_ahead_s):
            self._metrics.set("look_ahead_ms", round(look_ahead_s * 1e3))

    def _measure(self, frame: TrackFrame, started_ns: int) -> None:
        metrics = self._metrics
        metrics.count("frames")
        metrics.set("people", len(frame.track_ids))
        metrics.set("broken_detections", sum(t.dropped for t in self._trackers.values()))
        metrics.set("duplicates", sum(t.duplicates for t in self._trackers.values()))
        for kind, count in self._repairs().items():
            metrics.set(f"repaired_{kind}", count)
        for name, value in self._adaptation().items():
            metrics.set(name, value)
        metrics.set("world", frame.world_source)
        if failures := sum(t.lift_failures for t in self._trackers.values()):
            metrics.set("lift_failed", failures)
        metrics.sample("step_ms", (frame.t_track_ns - started_ns) * 1e-6)
        metrics.sample("age_ms", (frame.t_track_ns - frame.t_grab_ns) * 1e-6)

    def _adaptation(self) -> dict[str, Any]:
        """Over all cameras: counts together, the longest job, and why not if one is off."""
        told: dict[str, Any] = {}
        for tracker in self._trackers.values():
            for name, value in tracker.adaptation.items():
                told[name] = _both(told[name], value) if name in told else value
        return told

    def _repairs(self) -> Counter[str]:
        """How often what was mended, over all cameras."""
        total: Counter[str] = Counter()
        for tracker in self._trackers.values():
            total.update(tracker.repairs)
        return total


def _both(a: Any, b: Any) -> Any:
    """Counts add up; of times the longer holds, of texts the one that is not just `on`."""
    if isinstance(a, int):
        return a + b
    if isinstance(a, float):
        return max(a, b)
    return b if a == "on" else a
