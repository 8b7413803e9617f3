"""The engine between an image's bytes and a PoseFrame, without a network of computers around it."""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import torch

from inference.aios.detected import Detected
from inference.aios.engine import AiosEngine
from inference.aios.fast import FastAios
from inference.aios.live import LiveNetwork
from inference.aios.predicted_body import PredictedBody
from inference.config import Limits
from inference.process import InferenceProcess
from livemocap.coords import assumed_intrinsics
from livemocap.messages import ImageFrame, Message, PoseFrame, UInt8
from livemocap.metrics import MetricsCollector

CAMERA = "camera"


class Believed:
    """The live network with random weights, whose people stand in front of the camera all the same.

    Every other one would not, and be left out: then there would be less to do after the network.
    """

    def __init__(self, network: LiveNetwork) -> None:
        self._network = network
        self.warm_up, self.memory_bytes = network.warm_up, network.memory_bytes

    def __call__(self, images: Any) -> list[Detected]:
        return [
            replace(found, camera=np.abs(found.camera) + np.float32(0.05))
            for found in self._network(images)
        ]


class Stream:
    """One camera's inference as `livemocap infer` runs it, image by image.

    Args:
        people: at most so many are passed on.
    """

    def __init__(self, model: FastAios, people: int) -> None:
        limits = Limits(score_threshold=0.0, max_people=people)
        network = Believed(LiveNetwork(model))
        engine = AiosEngine(network, PredictedBody.stand_in(), limits)
        publisher: Any = SimpleNamespace(send=self._receive)
        metrics = MetricsCollector("infer")
        self._process = InferenceProcess(engine, [cast(Any, self)], {CAMERA: publisher}, metrics)
        self._next: tuple[str, Message] | None = None
        self._sequence = 0
        self.latest: PoseFrame | None = None

    def look(self, image: ImageFrame) -> PoseFrame:
        """What inference publishes of an image."""
        self._next = "image", replace(image, sequence=self._sequence)
        self._sequence += 1
        self._process.step()
        assert self.latest is not None
        assert self.latest.sequence == self._sequence - 1
        return self.latest

    def poll(self, timeout_s: float) -> tuple[str, Message] | None:
        """The reader's side."""
        found, self._next = self._next, None
        return found

    def close(self) -> None:
        """The reader's side."""

    def _receive(self, topic: str, message: Message) -> None:
        assert isinstance(message, PoseFrame)
        self.latest = message


def image_frame(bgr: UInt8, *, jpeg: bool) -> ImageFrame:
    """As capture sends it."""
    import simplejpeg

    h, w, _ = bgr.shape
    pixels = bgr.ravel()
    if jpeg:
        pixels = np.frombuffer(simplejpeg.encode_jpeg(bgr, 85, "BGR"), np.uint8)
    now_ns = time.monotonic_ns()
    return ImageFrame(
        camera_id=CAMERA,
        sequence=0,
        t_capture_ns=now_ns,
        t_grab_ns=now_ns,
        width=w,
        height=h,
        encoding="jpeg" if jpeg else "bgr",
        pixels=pixels,
        K=assumed_intrinsics(w, h).astype(np.float32),
        intrinsics_source="assumed",
    )


def scene(height: int, width: int) -> UInt8:
    """(H, W, 3): something with shapes in it, always the same."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (height // 16 + 1, width // 16 + 1, 3), np.uint8)
    return np.ascontiguousarray(coarse.repeat(16, 0).repeat(16, 1)[:height, :width])


def memory_mb(device: torch.device) -> tuple[float, float]:
    """Of this process (resident, now) and on the GPU (taken from the driver)."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - no file of ours
        pages = int(file.read().split()[1])
    resident = pages * resource.getpagesize() / 2**20
    taken = torch.cuda.memory_reserved(device) / 2**20 if device.type == "cuda" else 0.0
    return resident, taken
