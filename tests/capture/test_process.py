"""The capture loops with real sockets: images out, losses survived, ends announced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from clips import NetworkCamera, count_of, counted_images, write_clip

from capture.config import CameraConfig
from capture.encode import choose_encoder
from capture.frames import FrameMaker
from capture.playback import Playback, TimedImage
from capture.process import LiveCapture, LosslessCapture
from capture.source import (
    CameraImage,
    CameraLostError,
    CameraSource,
    CameraTimeout,
    CaptureError,
    EndOfSourceError,
)
from capture.sources import open_source
from livemocap.bus import CreditReader, CreditServer, NewestSubscriber, OrderedSubscriber, Publisher
from livemocap.lifecycle import StopToken, run_loop
from livemocap.messages import EndOfStream, ImageFrame, Message
from livemocap.metrics import MetricsCollector
from livemocap.pixels import decode_pixels
from livemocap.ring import SharedRingReader

LOOPBACK = "tcp://127.0.0.1:0"


class Images:
    """A recording of given images at 100 images a second."""

    name, fps, ending = "images", 100.0, "end of test"

    def __init__(self, images: list[np.ndarray]) -> None:
        self._images = images
        self.frame_count = len(images)

    def images(self) -> Iterator[TimedImage]:
        for number, bgr in enumerate(self._images):
            yield TimedImage(number * 10_000_000, bgr)


class FlakyCamera:
    """A camera that gives some images and then fails in a given way, at each opening."""

    name, frame_count = "flaky camera", 0

    def __init__(self, images: int, failure: CaptureError) -> None:
        self._left, self._failure, self._index = images, failure, 0

    def read(self, timeout_s: float) -> CameraImage:
        time.sleep(0.005)
        if not self._left:
            raise self._failure
        self._left -= 1
        self._index += 1
        now = time.monotonic_ns()
        return CameraImage(np.zeros((48, 64, 3), np.uint8), self._index - 1, now, now)

    def close(self) -> None:
        pass


class RunningCapture:
    """A LiveCapture in a thread, and a reader of every image it publishes."""

    def __init__(self, open_camera: Callable[[], CameraSource], config: CameraConfig) -> None:
        self.stop, self.metrics = StopToken(), MetricsCollector("capture/cam0")
        self.publisher = Publisher(LOOPBACK)
        self.reader = OrderedSubscriber([self.publisher.endpoint], ["image/"])
        self.publisher.wait_for_subscribers(1, 5.0)
        encoder = choose_encoder(config.transport, self.publisher.endpoint, config.jpeg_quality)
        maker = FrameMaker(config, encoder, self.metrics)
        self.capture = LiveCapture(
            config, open_camera, maker, self.publisher, self.metrics, self.stop
        )
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            run_loop(self.capture.step, self.stop, strict=True)
        except CaptureError as error:
            self.error = error

    def next(self) -> Message:
        found = self.reader.poll(10.0)
        assert found, "nothing was published in 10 s"
        return found[1]

    def next_image(self) -> ImageFrame:
        message = self.next()
        assert isinstance(message, ImageFrame)
        return message

    def join(self) -> None:
        self._thread.join(20.0)
        assert not self._thread.is_alive()

    def close(self) -> None:
        self.stop.set("test is over")
        self.join()
        self.capture.close()
        self.reader.close()
        self.publisher.close()


@pytest.fixture
def start() -> Iterator[Callable[..., RunningCapture]]:
    running: list[RunningCapture] = []

    def start_one(
        open_camera: Callable[[], CameraSource] | None = None, **settings: object
    ) -> RunningCapture:
        config = CameraConfig(**settings)  # type: ignore[arg-type]
        running.append(RunningCapture(open_camera or (lambda: open_source(config)), config))
        return running[-1]

    yield start_one
    for capture in running:
        capture.close()


@pytest.mark.parametrize("transport", ["auto", "shm", "jpeg", "raw"])
def test_images_arrive_by_every_transport(
    start: Callable[..., RunningCapture], tmp_path: Path, transport: str
) -> None:
    clip = CameraConfig(source=str(write_clip(tmp_path / "clip.mp4", counted_images(4))))
    capture = start(lambda: open_source(clip, paced=False), transport=transport)
    rings = SharedRingReader()
    frames = [capture.next_image() for _ in range(4)]
    encodings = {"auto": "shm", "shm": "shm", "jpeg": "jpeg", "raw": "bgr"}
    assert {frame.encoding for frame in frames} == {encodings[transport]}
    shown = [count_of(decode_pixels(frame, rings)) for frame in frames]
    assert shown == [frame.sequence for frame in frames]
    rings.close()


def test_a_file_at_its_own_speed_ends_with_end_of_stream(
    start: Callable[..., RunningCapture], tmp_path: Path
) -> None:
    capture = start(source=str(write_clip(tmp_path / "clip.mp4", counted_images(3))))
    count = 0
    while isinstance(message := capture.next(), ImageFrame):
        count += 1
    assert message == EndOfStream(camera_id="cam0", frames=count, reason="end of file")
    assert count
    capture.join()


def test_a_looped_file_does_not_end(start: Callable[..., RunningCapture], tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", counted_images(2))
    capture = start(source=str(path), loop=True)
    assert [capture.next_image().sequence for _ in range(7)][-1] >= 6


def test_so_many_images_as_asked_for(start: Callable[..., RunningCapture]) -> None:
    capture = start(source="synthetic", width=64, height=48, fps=100, frames=3)
    messages = [capture.next() for _ in range(4)]
    assert isinstance(messages[3], EndOfStream)
    assert messages[3].frames == 3


def test_live_images_carry_one_clock(start: Callable[..., RunningCapture]) -> None:
    before = time.monotonic_ns()
    frame = start(source="synthetic", width=64, height=48).next_image()
    assert before < frame.t_capture_ns == frame.t_grab_ns < time.monotonic_ns()


def test_a_size_change_while_running_goes_through(start: Callable[..., RunningCapture]) -> None:
    shapes = [(48, 64, 3), (48, 64, 3), (96, 128, 3), (48, 64, 3)]
    images = [np.full(shape, 9 * number, np.uint8) for number, shape in enumerate(shapes)]
    capture, rings = start(lambda: Playback(Images(images), paced=False)), SharedRingReader()
    frames = [capture.next_image() for _ in shapes]
    decoded = [decode_pixels(frame, rings) for frame in frames if frame.sequence >= 2]
    assert [image.shape for image in decoded] == shapes[2:]
    np.testing.assert_allclose([f.K[0, 0] for f in frames], [76.8, 76.8, 153.6, 76.8])
    rings.close()


@pytest.mark.parametrize(
    "failure", [CameraLostError("unplugged"), CameraTimeout("silent")], ids=["lost", "stalled"]
)
def test_a_camera_that_fails_is_opened_again_and_again(
    start: Callable[..., RunningCapture], failure: CaptureError
) -> None:
    opened = []

    def open_camera() -> FlakyCamera:
        opened.append(time.monotonic())
        return FlakyCamera(3, failure)

    capture = start(open_camera, reconnect_s=0.1, stall_s=0.1)
    sequences = [capture.next_image().sequence for _ in range(9)]
    assert sequences == list(range(9))
    assert len(opened) >= 3
    assert capture.metrics.snapshot().values["lost"] >= 2


def test_a_recording_with_a_long_pause_is_waited_for(
    start: Callable[..., RunningCapture], tmp_path: Path
) -> None:
    path = write_clip(tmp_path / "pause.mp4", counted_images(3), [0, 33, 900])
    capture, shown = start(source=str(path), stall_s=0.1), []
    rings = SharedRingReader()
    while isinstance(message := capture.next(), ImageFrame):
        shown.append(count_of(decode_pixels(message, rings)))
    assert shown[-1] == 2
    assert "lost" not in capture.metrics.snapshot().values
    rings.close()


def test_attempts_to_reopen_become_rarer(start: Callable[..., RunningCapture]) -> None:
    attempts: list[float] = []

    def open_camera() -> FlakyCamera:
        attempts.append(time.monotonic())
        if len(attempts) == 1:
            return FlakyCamera(1, CameraLostError("unplugged"))
        raise CaptureError("still unplugged.")

    capture = start(open_camera, reconnect_s=60.0)
    capture.next_image()
    capture.stop.wait(2.0)
    assert 2 <= len(attempts) <= 4
    assert capture.error is None


def test_a_network_camera_switched_off_and_on_comes_back(
    start: Callable[..., RunningCapture],
) -> None:
    camera = NetworkCamera()
    capture = start(source=camera.address, reconnect_s=0.2)
    before = capture.next_image()
    camera.switch_off()
    camera = NetworkCamera(size=(200, 100), port=camera.port)
    while (after := capture.next_image()).width == before.width:
        pass
    assert (after.width, after.height) == (200, 100)
    assert after.sequence > before.sequence
    camera.switch_off()


def test_a_camera_that_never_worked_stops_the_process(
    start: Callable[..., RunningCapture],
) -> None:
    capture = start(source="63")
    capture.join()
    assert "camera 63" in str(capture.error)


def test_dropped_images_leave_a_gap_and_are_counted(start: Callable[..., RunningCapture]) -> None:
    class Jumping(FlakyCamera):
        def read(self, timeout_s: float) -> CameraImage:
            image = super().read(timeout_s)
            return CameraImage(image.bgr, image.index * 3, image.t_capture_ns, image.t_grab_ns)

    capture = start(lambda: Jumping(4, EndOfSourceError("done")))
    assert [capture.next_image().sequence for _ in range(4)] == [0, 3, 6, 9]
    assert capture.metrics.snapshot().values["dropped"] == 6


class Handout:
    """A LosslessCapture in a thread."""

    def __init__(self, images: list[np.ndarray], **settings: object) -> None:
        config = CameraConfig(**settings)  # type: ignore[arg-type]
        metrics, self.stop = MetricsCollector("capture/cam0"), StopToken()
        self.server = CreditServer(LOOPBACK)
        encoder = choose_encoder(config.transport, self.server.endpoint, config.jpeg_quality)
        self.capture = LosslessCapture(
            config,
            Playback(Images(images), paced=False),
            FrameMaker(config, encoder, metrics),
            self.server,
            metrics,
            self.stop,
        )
        self.thread = threading.Thread(target=run_loop, args=(self.capture.step, self.stop))
        self.thread.start()

    def __enter__(self) -> Handout:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set("test is over")
        self.thread.join(10)
        self.capture.close()
        self.server.close()


def read_all(endpoint: str, pause_s: float = 0.0) -> tuple[list[int], EndOfStream]:
    """What the images showed, and the end."""
    shown, rings = [], SharedRingReader()
    with CreditReader(endpoint) as reader:
        while True:
            found = reader.poll(10.0)
            assert found
            if isinstance(found[1], EndOfStream):
                rings.close()
                return shown, found[1]
            assert isinstance(found[1], ImageFrame)
            shown.append(count_of(decode_pixels(found[1], rings)))
            time.sleep(pause_s)


@pytest.mark.parametrize("transport", ["shm", "jpeg"])
def test_a_slow_reader_gets_every_image_of_a_recording(transport: str) -> None:
    with Handout(counted_images(20), transport=transport) as handout:
        shown, end = read_all(handout.server.endpoint, pause_s=0.005)
        handout.thread.join(10)
        assert not handout.thread.is_alive()
    assert shown == list(range(20))
    assert (end.frames, end.reason) == (20, "end of test")


def test_two_readers_share_the_images_and_both_learn_of_the_end() -> None:
    results: list[tuple[list[int], EndOfStream]] = []
    with Handout(counted_images(20)) as handout:
        endpoint = handout.server.endpoint
        readers = [
            threading.Thread(target=lambda: results.append(read_all(endpoint, 0.005)))
            for _ in range(2)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(20)
    assert sorted(results[0][0] + results[1][0]) == list(range(20))


def test_the_only_image_can_still_be_read_by_a_reader_that_takes_its_time() -> None:
    rings = SharedRingReader()
    with (
        Handout(counted_images(1), transport="shm") as handout,
        CreditReader(handout.server.endpoint) as reader,
    ):
        found = reader.poll(10.0)
        assert found
        assert isinstance(found[1], ImageFrame)
        handout.thread.join(0.6)
        assert handout.thread.is_alive()
        assert count_of(decode_pixels(found[1], rings)) == 0
        assert reader.poll(10.0)
        handout.thread.join(10.0)
        assert not handout.thread.is_alive()
    rings.close()


def test_a_recording_can_be_cut_short() -> None:
    with Handout(counted_images(20), frames=5) as handout:
        shown, end = read_all(handout.server.endpoint)
    assert (shown, end.frames) == ([0, 1, 2, 3, 4], 5)


def test_a_reader_too_slow_for_the_stream_still_sees_new_images(
    start: Callable[..., RunningCapture],
) -> None:
    capture = start(source="synthetic", width=320, height=240, fps=60)
    rings, seen = SharedRingReader(), []
    with NewestSubscriber([capture.publisher.endpoint], ["image/"]) as newest:
        for _ in range(5):
            time.sleep(0.2)
            found = newest.poll(5.0)
            assert found
            assert isinstance(found[1], ImageFrame)
            decode_pixels(found[1], rings)
            seen.append(found[1].sequence)
    assert np.diff(seen).min() >= 3
    rings.close()
