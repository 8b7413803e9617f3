"""The inference loop: the newest image of each camera in, a PoseFrame out. Imports no torch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from livemocap.bus import POSE, BusError, Publisher
from livemocap.lifecycle import StopToken, run_loop
from livemocap.messages import EndOfStream, ImageFrame, Message, PoseFrame
from livemocap.metrics import MetricsCollector
from livemocap.pixels import borrow_pixels
from livemocap.ring import PixelsError, SharedRingReader

from .engine import EngineImage, People, PoseEngine

_READERS_TIMEOUT_S = 30.0


class ImageReader(Protocol):
    """Newest images of live cameras, or every image of a file on credit."""

    def poll(self, timeout_s: float) -> tuple[str, Message] | None: ...

    def close(self) -> None: ...


class InferenceProcess:
    """Feeds one engine.

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
        self._rings = SharedRingReader()

    def run(self, stop: StopToken, *, strict: bool = False) -> int:
        """Until the token is set or every camera has ended. Returns how many images failed.

        Raises:
            BusError: the readers that were waited for never came.
        """
        try:
            return run_loop(self.step, stop, strict=strict, expected=(BusError,))
        finally:
            self._rings.close()

    def step(self) -> bool:
        """Handle what each reader has; False when every camera has ended."""
        wait_s = 0.1 / len(self._readers)
        for reader in self._readers:
            found = reader.poll(wait_s)
            if found:
                self._handle(found[1])
        self._metrics.publish_if_due()
        return not self._ended >= set(self._publishers)

    def _handle(self, message: Message) -> None:
        if isinstance(message, ImageFrame) and message.camera_id in self._publishers:
            self._infer(message)
        elif isinstance(message, EndOfStream) and message.camera_id in self._publishers:
            self._engine.reset(message.camera_id)
            self._publish(message.camera_id, message)
            self._ended.add(message.camera_id)

    def _infer(self, frame: ImageFrame) -> None:
        t_infer_ns = time.monotonic_ns()
        try:
            people = self._people(frame)
        except PixelsError:  # overwritten or gone while we were busy: as good as never seen
            self._metrics.count("torn")
            return
        t_pose_ns = time.monotonic_ns()
        self._publish(frame.camera_id, self._pose_frame(frame, people, t_infer_ns, t_pose_ns))
        self._metrics.count("frames")
        self._metrics.set("people", len(people.scores))
        self._metrics.sample("infer_ms", (t_pose_ns - t_infer_ns) * 1e-6)
        self._metrics.sample("age_ms", (t_pose_ns - frame.t_grab_ns) * 1e-6)

    def _people(self, frame: ImageFrame) -> People:
        """What the engine sees; shared memory is used where it lies and checked afterwards."""
        with borrow_pixels(frame, self._rings) as bgr:
            image = EngineImage(
                camera_id=frame.camera_id,
                bgr=bgr,
                K=frame.K,
                intrinsics_source=frame.intrinsics_source,
                t_capture_ns=frame.t_capture_ns,
                cut=frame.cut,
            )
            return self._engine.infer([image])[0]

    def _publish(self, camera_id: str, message: Message) -> None:
        publisher = self._publishers[camera_id]
        if camera_id in self._waiting:
            publisher.wait_for_subscribers(self._pose_readers, _READERS_TIMEOUT_S)
            self._waiting.discard(camera_id)
        publisher.send(f"{POSE}/{camera_id}", message)

    def _pose_frame(
        self, frame: ImageFrame, people: People, t_infer_ns: int, t_pose_ns: int
    ) -> PoseFrame:
        engine = self._engine
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
