"""Everybody's keypoints alone, without a body fitted to them: for engines that do that in other
ways."""

from __future__ import annotations

from itertools import count

import cv2
import numpy as np

from ..engine import EngineImage
from ..errors import InferenceError
from .executors import executor_of
from .landmark_nets import LandmarkNets, landmark_nets
from .nets import provider_of
from .observation import Array, PersonLandmarks
from .quality import QUALITIES
from .tracker import LandmarkTracker


class KeypointDetector:
    """The 2D half of the landmarks engine, for several cameras."""

    def __init__(self, nets: LandmarkNets, threads: int = 0) -> None:
        cv2.setNumThreads(1)
        self._nets, self._ids = nets, count(1)
        self._executor = executor_of(threads)
        self._trackers: dict[str, LandmarkTracker] = {}

    @classmethod
    def load(cls, *, quality: str = "balanced", threads: int = 0) -> KeypointDetector:
        """
        Raises:
            InferenceError: unknown quality, or damaged files.
        """
        if quality not in QUALITIES:
            raise InferenceError(f"no quality '{quality}'; there are {', '.join(QUALITIES)}")
        return cls(landmark_nets(QUALITIES[quality], provider_of("cpu")), threads)

    def people(self, image: EngineImage) -> list[PersonLandmarks]:
        """Everybody in a camera's next image, each under a lasting id."""
        if image.camera_id not in self._trackers:
            tracker = LandmarkTracker(self._nets, self._ids, self._executor)
            self._trackers[image.camera_id] = tracker
        return self._trackers[image.camera_id].step(image)

    def reset(self, camera_id: str) -> None:
        self._trackers.pop(camera_id, None)

    def close(self) -> None:
        self._executor.shutdown()


def keypoints_of(people: list[PersonLandmarks], size_px: tuple[int, int]) -> Array:
    """(P, 33, 3) x, y in px and how visible, 0 outside of the image of width and height."""
    points = np.array([person.points_px for person in people], float).reshape(-1, 33, 2)
    seen = np.array([person.visibility for person in people], float).reshape(-1, 33)
    inside = ((points >= 0) & (points < size_px)).all(-1)
    return np.concatenate([points, (seen * inside)[..., None]], -1)
