"""The inference loop: the newest image of each camera in, a PoseFrame out. Imports no torch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from livemocap.bus import POSE, BusError, Publisher
from livemocap.lifecycle import StopToken, run_loop
from livemocap.messages import EndOfStream, ImageFrame, Message, PoseFrame
from livemocap.metrics import MetricsCollector
from livemocap.pixels import borrow_pixels
from livemocap.ring import PixelsError, SharedRingReader
from livemocap.rotation import Array

from .engine import EngineImage, People, PoseEngine
from .errors import EngineLostError, InferenceError

_READERS_TIMEOUT_S = 30.0


class ImageReader(Protocol):
    """Newest images of live cameras, or every image of a file on credit."""

    def poll(self, timeout_s: float) -> tuple[str, Message] | None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Answers:
    """What the engine made of some images."""

    people: list[tuple[ImageFrame, People]] = field(default_factory=list)
    error: Exception | None = None
    """The first."""
    failed: int = 0

    def add(self, other: _Answers) -> None:
        self.people += other.people
        self.error = self.error or other.error
        self.failed += other.failed


class InferenceProcess:
    """Feeds one engine, with images of several cameras at once if it likes that.

    Args:
        engine: what looks at the images.
        readers: one for all live cameras, or one for each lossless source.
        publishers: by camera id.
        pose_readers: subscribers to wait for before the first message.
    """

    def __init__(
        self,
        engine: PoseEngine,
        readers: Sequence[ImageReader],
        publishers: dict[str, Publisher],
        metrics: MetricsCollector,
        *,
        pose_readers: int = 0,
    ) -> None:
        self._engine = engine
        self._readers = list(readers)
        self._publishers = publishers
        self._metrics = metrics
        self._pose_readers = pose_readers
        self._waiting = set(publishers) if pose_readers else set()
        self._ended: set[str] = set()
        self._newest: dict[str, ImageFrame] = {}
        """Of each camera, while nobody has looked at it."""
        self._rings = SharedRingReader()

    def run(self, stop: StopToken, *, strict: bool = False) -> int:
        """Until the token is set or every camera has ended. Returns how many images failed.

        Raises:
            BusError: the readers that were waited for never came.
            EngineLostError: the engine cannot go on.
        """
        try:
            return run_loop(
                self.step,
                stop,
                strict=strict,
                expected=(BusError, EngineLostError),
                plain=(InferenceError,),
            )
        finally:
            self._rings.close()

    def step(self) -> bool:
        """Handle what each reader has; False when every camera has ended."""
        wait_s = 0.1 / len(self._readers)
        try:
            for reader in self._readers:
                self._take_in(reader, wait_s)
            self._infer_waiting()
        finally:
            self._metrics.publish_if_due()
        return not self._ended >= set(self._publishers)

    def _take_in(self, reader: ImageReader, wait_s: float) -> None:
        """What a reader has: one image, or one of each camera if it reads for several."""
        cameras = len(self._publishers) // len(self._readers)
        for turn in range(min(cameras, max(1, self._engine.batch_size))):
            found = reader.poll(0 if turn else wait_s)
            if found is None:
                return
            self._handle(found[1])

    def _handle(self, message: Message) -> None:
        if isinstance(message, ImageFrame) and message.camera_id in self._publishers:
            self._newest[message.camera_id] = message  # a newer one replaces it
            if len(self._newest) >= self._engine.batch_size:
                self._infer_waiting()
        elif isinstance(message, EndOfStream) and message.camera_id in self._publishers:
            self._infer_waiting()
            self._engine.reset(message.camera_id)
            self._publish(message.camera_id, message)
            self._ended.add(message.camera_id)

    def _infer_waiting(self) -> None:
        """Look at the images that wait, all at once.

        Raises:
            Exception: the first that the engine raised; images it can look at are still published.
        """
        frames = list(self._newest.values())
        self._newest.clear()
        if not frames:
            return
        t_infer_ns = time.monotonic_ns()
        answers = self._look(frames)
        t_pose_ns = time.monotonic_ns()
        for frame, people in answers.people:
            message = pose_frame(self._engine, frame, people, t_infer_ns, t_pose_ns)
            self._publish(frame.camera_id, message)
            self._measure(frame, people, t_infer_ns, t_pose_ns)
        for name, value in self._engine.measurements().items():
            self._metrics.set(name, value)
        if answers.error:
            self._metrics.count("failed", answers.failed)
            raise answers.error

    def _look(self, frames: Sequence[ImageFrame]) -> _Answers:
        """What the engine sees; shared memory is used where it lies and checked afterwards."""
        torn: set[str] = set()
        with ExitStack() as stack:
            borrowed = [stack.enter_context(self._borrowed(frame, torn)) for frame in frames]
            answers = self._answers(
                [(f, image) for f, image in zip(frames, borrowed, strict=True) if image]
            )
        if torn:
            self._metrics.count("torn", len(torn))
        answers.people = [(f, people) for f, people in answers.people if f.camera_id not in torn]
        return answers

    def _answers(self, images: Sequence[tuple[ImageFrame, EngineImage]]) -> _Answers:
        """All at once, or one by one if that fails: one bad image costs only itself."""
        answers = _Answers()
        if not images:
            return answers
        try:
            found = self._engine.infer([image for _, image in images])
            answers.people = list(zip((frame for frame, _ in images), found, strict=True))
        except EngineLostError:
            raise
        except Exception as error:
            if len(images) == 1:
                return _Answers(error=error, failed=1)
            for each in images:
                answers.add(self._answers([each]))
        return answers

    @contextmanager
    def _borrowed(self, frame: ImageFrame, torn: set[str]) -> Iterator[EngineImage | None]:
        """A frame's pixels for the engine; None, or a note in `torn`, if they are gone."""
        has_begun = False
        try:
            with borrow_pixels(frame, self._rings) as bgr:
                has_begun = True
                yield engine_image(frame, bgr)
        except PixelsError:  # overwritten or gone while we were busy: as good as never seen
            torn.add(frame.camera_id)
            if not has_begun:
                yield None

    def _measure(self, frame: ImageFrame, people: People, t_infer_ns: int, t_pose_ns: int) -> None:
        self._metrics.count("frames")
        self._metrics.set("people", len(people.scores))
        self._metrics.sample("infer_ms", (t_pose_ns - t_infer_ns) * 1e-6)
        self._metrics.sample("age_ms", (t_pose_ns - frame.t_grab_ns) * 1e-6)

    def _publish(self, camera_id: str, message: Message) -> None:
        publisher = self._publishers[camera_id]
        if camera_id in self._waiting:
            publisher.wait_for_subscribers(self._pose_readers, _READERS_TIMEOUT_S)
            self._waiting.discard(camera_id)
        publisher.send(f"{POSE}/{camera_id}", message)


def pose_frame(
    engine: PoseEngine, frame: ImageFrame, people: People, t_infer_ns: int, t_pose_ns: int
) -> PoseFrame:
    """The message about the `people` whom an engine saw in an image."""
    return PoseFrame(
        camera_id=frame.camera_id,
        sequence=frame.sequence,
        t_capture_ns=frame.t_capture_ns,
        t_grab_ns=frame.t_grab_ns,
        t_infer_ns=t_infer_ns,
        t_pose_ns=t_pose_ns,
        width=frame.width,
        height=frame.height,
        K=people.K,
        intrinsics_source=people.intrinsics_source,
        cut=frame.cut,
        camera_motion_px=frame.camera_motion_px,
        engine=engine.name,
        body_model=engine.body_model,
        body_hash=engine.body_hash,
        hand_mean_known=engine.hand_mean_known,
        scores=people.scores,
        boxes_px=people.boxes_px,
        joint_rotvecs=people.joint_rotvecs,
        pelvis=people.pelvis,
        rest_joints=people.rest_joints,
        betas=people.betas,
        expression=people.expression,
        joint_visibility=people.joint_visibility,
        keypoint_layout=engine.keypoint_layout,
        keypoints_px=people.keypoints_px,
        appearance=people.appearance,
        engine_ids=people.engine_ids,
    )


def engine_image(frame: ImageFrame, bgr: Array) -> EngineImage:
    """An image whose pixels are at hand, for an engine."""
    return EngineImage(
        camera_id=frame.camera_id,
        bgr=bgr,
        K=frame.K,
        intrinsics_source=frame.intrinsics_source,
        t_capture_ns=frame.t_capture_ns,
        cut=frame.cut,
    )
