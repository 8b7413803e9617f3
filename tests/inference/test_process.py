"""The inference loop over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import cast

import numpy as np
import pytest

from inference.engine import EngineImage, People
from inference.errors import EngineLostError, InferenceError
from inference.instant import InstantEngine
from inference.process import InferenceProcess
from livemocap.bus import CreditReader, CreditServer, NewestSubscriber, OrderedSubscriber, Publisher
from livemocap.lifecycle import StopToken
from livemocap.messages import EndOfStream, ImageFrame, Message, PoseFrame
from livemocap.metrics import MetricsCollector
from livemocap.ring import RingPlace, RingWriter
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

ANY_PORT = "tcp://127.0.0.1:0"


def image(sequence: int, camera_id: str = "cam0", **changes: object) -> ImageFrame:
    values: dict[str, object] = {
        "camera_id": camera_id,
        "sequence": sequence,
        "t_capture_ns": sequence * 40_000_000,
        "t_grab_ns": 1 + sequence,
        "width": 8,
        "height": 6,
        "encoding": "bgr",
        "pixels": np.zeros(8 * 6 * 3, np.uint8),
        "K": np.array([[10, 0, 4], [0, 10, 3], [0, 0, 1]], np.float32),
        "intrinsics_source": "fov",
        "cut": 0.25,
        "camera_motion_px": 1.5,
    }
    return ImageFrame(**{**values, **changes})  # type: ignore[arg-type]


class Recording(InstantEngine):
    """Remembers what it was shown; fails on black-listed sequences."""

    def __init__(self, failing: Sequence[int] = ()) -> None:
        super().__init__()
        self.failing_ns = {sequence * 40_000_000 for sequence in failing}
        self.resets: list[str] = []

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        if images[0].t_capture_ns in self.failing_ns:
            raise RuntimeError("bad image")
        return super().infer(images)

    def reset(self, camera_id: str) -> None:
        self.resets.append(camera_id)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def run_lossless(stack: ExitStack, engine: Recording, frames: int) -> list[object]:
    """Serve `frames` images and the end on credit; everything that was published."""
    server = stack.enter_context(CreditServer(ANY_PORT))
    publisher = stack.enter_context(Publisher(ANY_PORT))
    listener = stack.enter_context(OrderedSubscriber([publisher.endpoint], ["pose/"]))
    reader = stack.enter_context(CreditReader(server.endpoint))
    process = InferenceProcess(
        engine, [reader], {"cam0": publisher}, MetricsCollector("infer"), pose_readers=1
    )
    thread = threading.Thread(target=process.run, args=(StopToken(),))
    thread.start()
    messages = [*(image(i) for i in range(frames)), EndOfStream(camera_id="cam0", frames=frames)]
    for message in messages:
        who = server.wait_for_request(5)
        assert who is not None
        server.reply(who, "image/cam0", message)
    found: list[object] = []
    while not found or not isinstance(found[-1], EndOfStream):
        answer = listener.poll(5)
        assert answer is not None
        found.append(answer[1])
    thread.join(5)
    assert not thread.is_alive()
    return found


def test_every_image_of_a_file_becomes_a_pose_frame_and_the_end_is_passed_on(
    stack: ExitStack,
) -> None:
    engine = Recording()
    *frames, end = run_lossless(stack, engine, 20)
    assert [f.sequence for f in frames if isinstance(f, PoseFrame)] == list(range(20))
    assert isinstance(end, EndOfStream)
    assert end.frames == 20
    assert engine.resets == ["cam0"]


def test_stamps_and_scores_of_the_image_are_copied_never_restamped(stack: ExitStack) -> None:
    frame = run_lossless(stack, Recording(), 3)[2]
    assert isinstance(frame, PoseFrame)
    assert (frame.t_capture_ns, frame.t_grab_ns, frame.cut) == (80_000_000, 3, 0.25)
    assert (frame.camera_motion_px, frame.intrinsics_source) == (1.5, "fov")
    assert frame.t_grab_ns < frame.t_infer_ns <= frame.t_pose_ns


def test_an_image_that_the_engine_chokes_on_costs_only_itself(stack: ExitStack) -> None:
    found = run_lossless(stack, Recording(failing=[1, 2]), 5)
    assert [f.sequence for f in found if isinstance(f, PoseFrame)] == [0, 3, 4]


def test_two_live_cameras_share_one_engine_and_keep_their_own_stream(stack: ExitStack) -> None:
    names = ("left", "right")
    cameras = {n: stack.enter_context(Publisher(ANY_PORT, lossless=False)) for n in names}
    outputs = {n: stack.enter_context(Publisher(ANY_PORT)) for n in names}
    listeners = {
        n: stack.enter_context(OrderedSubscriber([outputs[n].endpoint], ["pose/"])) for n in names
    }
    reader = stack.enter_context(
        NewestSubscriber([c.endpoint for c in cameras.values()], ["image/"])
    )
    stop = StopToken()
    process = InferenceProcess(Recording(), [reader], outputs, MetricsCollector("infer"))
    thread = threading.Thread(target=process.run, args=(stop,))
    thread.start()
    for name in names:
        cameras[name].wait_for_subscribers(1, 5)
        outputs[name].wait_for_subscribers(1, 5)
        cameras[name].send(f"image/{name}", image(7, name))
    for name in names:
        answer = listeners[name].poll(5)
        assert answer is not None
        assert isinstance(answer[1], PoseFrame)
        assert (answer[0], answer[1].camera_id, answer[1].sequence) == (f"pose/{name}", name, 7)
    stop.set("test is over")
    thread.join(5)
    assert not thread.is_alive()


class Batching(InstantEngine):
    """Takes several images at once, notes which, and does to them what it is told."""

    def __init__(self, batch_size: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.batches: list[list[tuple[str, int]]] = []
        self._meanwhile = meanwhile

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        seen = [(image.camera_id, image.t_capture_ns // 40_000_000) for image in images]
        self.batches.append(seen)
        if ("bad", 0) in seen:
            raise RuntimeError("bad image")
        if ("last", 0) in seen:
            raise EngineLostError("the GPU failed")
        self._meanwhile()
        return super().infer(images)

    def measurements(self) -> dict[str, float]:
        return {"gpu_mb": 123}


class Waiting:
    """A reader with messages that have already come."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)

    def poll(self, timeout_s: float) -> tuple[str, Message] | None:
        return ("", self.messages.pop(0)) if self.messages else None

    def close(self) -> None: ...


class Outputs(dict[str, Publisher]):
    """Publishers that keep what they are given."""

    def __init__(self, *cameras: str) -> None:
        self.sent: list[Message] = []
        super().__init__(dict.fromkeys(cameras, cast(Publisher, self)))

    def send(self, topic: str, message: Message) -> None:
        assert topic == f"pose/{getattr(message, 'camera_id', '')}"
        self.sent.append(message)

    def frames(self) -> list[tuple[str, int]]:
        return [(m.camera_id, m.sequence) for m in self.sent if isinstance(m, PoseFrame)]


def stepping(
    engine: InstantEngine, outputs: Outputs, *readers: Waiting
) -> tuple[InferenceProcess, MetricsCollector]:
    metrics = MetricsCollector("infer")
    return InferenceProcess(engine, readers, outputs, metrics), metrics


def test_what_several_cameras_sent_is_inferred_together() -> None:
    engine, outputs = Batching(4), Outputs("a", "b", "c")
    process, metrics = stepping(
        engine, outputs, Waiting(image(3, "b"), image(5, "a"), image(4, "c"))
    )
    assert process.step()
    assert engine.batches == [[("b", 3), ("a", 5), ("c", 4)]]
    assert outputs.frames() == [("b", 3), ("a", 5), ("c", 4)]
    assert metrics.snapshot().values["gpu_mb"] == 123
    assert metrics.snapshot().values["frames"] == 3


def test_a_batch_is_no_larger_than_the_engine_likes_and_nobody_is_forgotten() -> None:
    engine, outputs = Batching(2), Outputs("a", "b", "c")
    process, _ = stepping(engine, outputs, Waiting(*(image(0, name) for name in "abc")))
    process.step()
    process.step()
    assert engine.batches == [[("a", 0), ("b", 0)], [("c", 0)]]


def test_a_camera_that_sends_twice_is_looked_at_once_at_its_newest() -> None:
    engine, outputs = Batching(4), Outputs("a", "b")
    process, _ = stepping(engine, outputs, Waiting(image(0, "a"), image(1, "a")))
    process.step()
    assert engine.batches == [[("a", 1)]]


def test_of_files_each_image_is_taken_even_when_another_file_has_ended() -> None:
    engine, outputs = Batching(4), Outputs("a", "b")
    ends = [EndOfStream(camera_id=name, frames=2) for name in "ab"]
    left = Waiting(image(0, "a"), image(1, "a"), image(2, "a"), ends[0])
    right = Waiting(image(0, "b"), ends[1])
    process, _ = stepping(engine, outputs, left, right)
    while process.step():
        pass
    assert engine.batches == [[("a", 0), ("b", 0)], [("a", 1)], [("a", 2)]]
    of_camera = {name: [m for m in outputs.sent if m.camera_id == name] for name in "ab"}
    assert all(isinstance(messages[-1], EndOfStream) for messages in of_camera.values())
    assert [len(messages) for messages in of_camera.values()] == [4, 2]


def test_a_camera_s_last_image_goes_out_before_its_end() -> None:
    engine, outputs = Batching(4), Outputs("a", "b")
    process, _ = stepping(
        engine, outputs, Waiting(image(0, "a"), EndOfStream(camera_id="a", frames=1))
    )
    process.step()
    assert [type(message) for message in outputs.sent] == [PoseFrame, EndOfStream]


def test_one_camera_s_bad_image_does_not_cost_the_others_theirs() -> None:
    engine, outputs = Batching(4), Outputs("a", "bad", "c")
    process, metrics = stepping(
        engine, outputs, Waiting(image(0, "a"), image(0, "bad"), image(0, "c"))
    )
    with pytest.raises(RuntimeError, match="bad image"):
        process.step()
    assert outputs.frames() == [("a", 0), ("c", 0)]
    assert metrics.snapshot().values["failed"] == 1
    assert process.step()


def test_images_overwritten_meanwhile_are_dropped_out_of_the_batch(stack: ExitStack) -> None:
    pixels = np.zeros((6, 8, 3), np.uint8)
    rings = {name: RingWriter(pixels.size, slots=2) for name in "ab"}
    frames = []
    for name, ring in rings.items():
        stack.callback(ring.close)
        frames.append(shared_image(name, ring.name, ring.write(pixels)))
    frames.append(shared_image("c", "no_such_ring", RingPlace(0, 1)))
    overtake = rings["a"].write
    engine, outputs = Batching(4, lambda: [overtake(pixels) for _ in range(2)]), Outputs(*"abc")
    process, metrics = stepping(engine, outputs, Waiting(*frames))
    stack.callback(process._rings.close)
    process.step()
    assert engine.batches == [[("a", 0), ("b", 0)]]
    assert outputs.frames() == [("b", 0)]
    assert metrics.snapshot().values["torn"] == 2


def shared_image(camera_id: str, ring: str, place: RingPlace) -> ImageFrame:
    return image(
        0,
        camera_id,
        encoding="shm",
        pixels=np.zeros(0, np.uint8),
        shm_name=ring,
        shm_slot=place.slot,
        shm_sequence=place.sequence,
    )


def test_an_engine_that_is_lost_ends_the_loop_and_a_full_gpu_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Full(Batching):
        def infer(self, images: Sequence[EngineImage]) -> list[People]:
            if images[0].t_capture_ns == 0:
                raise InferenceError("not even one image fits")
            return super().infer(images)

    ends = EndOfStream(camera_id="cam0", frames=2)
    process, _ = stepping(Full(1), Outputs("cam0"), Waiting(image(0), image(1), ends))
    assert process.run(StopToken()) == 1
    assert "not even one image fits" in caplog.text
    assert "Traceback" not in caplog.text
    lost, _ = stepping(Batching(1), Outputs("last"), Waiting(image(0, "last")))
    with pytest.raises(EngineLostError):
        lost.run(StopToken())


def test_the_instant_engine_s_people_stand_upright_where_their_keypoints_say() -> None:
    (people,) = InstantEngine().infer(
        [
            EngineImage(
                camera_id="cam0",
                bgr=np.zeros((6, 8, 3), np.uint8),
                K=np.array([[500, 0, 320], [0, 500, 240], [0, 0, 1]], np.float32),
                intrinsics_source="assumed",
                t_capture_ns=1_000_000_000,
            )
        ]
    )
    world = global_rotations(matrix_from_rotvec(people.joint_rotvecs), SMPLX)
    joints = joint_positions(world, people.rest_joints, people.pelvis, SMPLX)
    head, foot = SMPLX.index("head"), SMPLX.index("left_foot")
    assert (joints[:, head, 1] < joints[:, foot, 1] - 1).all()  # Y points down
    assert (people.keypoints_px[:, head, 1] < people.keypoints_px[:, foot, 1]).all()
