"""The embedded default: MoveNet, BlazePose, hands and face, fitted to SMPL-X rotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import cv2
import numpy as np

from ..body_model import BodyModel, default_body
from ..engine import EngineImage, People
from ..errors import InferenceError
from .executors import executor_of
from .fitter import BodyFitter
from .landmark_nets import LandmarkNets, landmark_nets
from .nets import provider_of
from .quality import QUALITIES
from .tracker import LandmarkTracker


class LandmarksEngine:
    """A PoseEngine on onnxruntime; on a CPU unless told otherwise.

    People are spread over threads; what it answers does not depend on how many.
    """

    name = "landmarks/1"
    hand_mean_known = True
    keypoint_layout = "blazepose33"
    batch_size = 1

    def __init__(self, nets: LandmarkNets, body: BodyModel, threads: int = 0) -> None:
        cv2.setNumThreads(1)  # its pool would wake for every small image and win nothing
        self.body_model = body.id
        self.body_hash = body.hash
        self._body = body
        self._nets = nets
        self._ids = count(1)
        self._executor = executor_of(threads)
        self._trackers: dict[str, LandmarkTracker] = {}
        self._fitters: dict[str, BodyFitter] = {}

    @classmethod
    def load(
        cls, *, quality: str = "balanced", device: str = "auto", threads: int = 0
    ) -> LandmarksEngine:
        """The engine with the nets and the body that livemocap ships.

        Raises:
            InferenceError: unknown quality or device, or damaged files.
        """
        if quality not in QUALITIES:
            raise InferenceError(f"no quality '{quality}'; there are {', '.join(QUALITIES)}")
        provider = provider_of("cpu" if device == "auto" else device)
        return cls(landmark_nets(QUALITIES[quality], provider), default_body(), threads)

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        pass

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        return [self._infer(image) for image in images]

    def reset(self, camera_id: str) -> None:
        self._trackers.pop(camera_id, None)
        self._fitters.pop(camera_id, None)

    def measurements(self) -> Mapping[str, float]:
        return {}

    def close(self) -> None:
        self._executor.shutdown()

    def _infer(self, image: EngineImage) -> People:
        tracker, fitter = self._of_camera(image.camera_id)
        height, width = image.bgr.shape[:2]
        people = fitter.fit(tracker.step(image), image.K, (width, height))
        if not np.array_equal(people.K, image.K):
            return people
        return replace(people, intrinsics_source=image.intrinsics_source)

    def _of_camera(self, camera_id: str) -> tuple[LandmarkTracker, BodyFitter]:
        if camera_id not in self._trackers:
            self._trackers[camera_id] = LandmarkTracker(self._nets, self._ids, self._executor)
            self._fitters[camera_id] = BodyFitter(self._body)
        return self._trackers[camera_id], self._fitters[camera_id]
