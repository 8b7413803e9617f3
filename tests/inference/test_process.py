"""The inference loop over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import pytest

from inference.engine import EngineImage, People
from inference.instant import InstantEngine
from inference.process import InferenceProcess
from livemocap.bus import CreditReader, CreditServer, NewestSubscriber, OrderedSubscriber, Publisher
from livemocap.lifecycle import StopToken
from livemocap.messages import EndOfStream, ImageFrame, PoseFrame
from livemocap.metrics import MetricsCollector
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

ANY_PORT = "tcp://127.0.0.1:0"


def image(sequence: int, camera_id: str = "cam0") -> ImageFrame:
    return ImageFrame(
        camera_id=camera_id,
        sequence=sequence,
        t_capture_ns=sequence * 40_000_000,
        t_grab_ns=1 + sequence,
        width=8,
        height=6,
        encoding="bgr",
        pixels=np.zeros(8 * 6 * 3, np.uint8),
        K=np.array([[10, 0, 4], [0, 10, 3], [0, 0, 1]], np.float32),
        intrinsics_source="fov",
        cut=0.25,
        camera_motion_px=1.5,
    )


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
