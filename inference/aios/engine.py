"""AiOS as a PoseEngine: batches of several cameras in, people out, whatever comes in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import torch

from livemocap.log import Sparing
from livemocap.messages import UInt8

from ..body_model import BodyModel
from ..config import QUALITIES, Limits
from ..engine import EngineImage, People
from ..errors import EngineLostError, InferenceError, WeightsError
from .choose import choose, nobody
from .detected import Detected
from .device import device_of
from .people import people_of
from .predicted_body import PredictedBody
from .preprocess import PreprocessError, network_size

_LOG = logging.getLogger(__name__)

SMALLEST_IMAGE_PX = 16
"""An image with a shorter side shows nobody."""

_GPU_BATCH, _CPU_BATCH = 4, 1
"""A GPU is hardly busy with one image; on a CPU the second image only makes the first wait."""

_FULL = ("out of memory", "ALLOC_FAILED")
"""How the driver and CUDA's libraries say it, which take memory beside PyTorch."""

_NO_SIZE = (1, 1)


class Network(Protocol):
    """What the engine needs of LiveNetwork."""

    def __call__(self, images: Sequence[UInt8]) -> list[Detected]: ...

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None: ...

    def memory_bytes(self) -> int: ...


class GpuMemoryError(InferenceError):
    """The network, or not even one image, does not fit into the GPU's memory."""


class AiosEngine:
    """One network for all cameras; it remembers nothing from image to image.

    Args:
        batch_size: of images that are looked at together; halved when they do not fit.
    """

    name = "aios/1"
    keypoint_layout = "coco17"

    def __init__(
        self,
        network: Network,
        body: PredictedBody,
        limits: Limits | None = None,
        batch_size: int = _CPU_BATCH,
    ) -> None:
        self._network = network
        self._body = body
        self._limits = limits or Limits()
        self._broken = 0
        self._log = Sparing(_LOG)
        self.batch_size = self._limits.batch or batch_size
        self.body_model = body.model.id
        self.body_hash = body.model.hash
        self.hand_mean_known = body.is_smplx

    @classmethod
    def load(
        cls,
        *,
        quality: str = "balanced",
        device: str = "auto",
        threads: int = 0,
        limits: Limits | None = None,
    ) -> AiosEngine:
        """The engine with the weights and the body that `livemocap models install` kept.

        Raises:
            InferenceError: unknown quality or device, no such device, no weights, or no room.
            WeightsError, BodyModelError: installed files that are damaged.
        """
        if quality not in QUALITIES:
            raise InferenceError(f"no quality '{quality}'; there are {', '.join(QUALITIES)}")
        chosen = device_of(device)
        if threads:
            torch.set_num_threads(threads)
        try:
            network = _load_network(_weights(), chosen, quality)
        except torch.OutOfMemoryError:
            raise GpuMemoryError(_too_full("the network does not fit")) from None
        batch_size = _GPU_BATCH if chosen.type == "cuda" else _CPU_BATCH
        return cls(network, _installed_body(), limits, batch_size)

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        """Build kernels, take memory and record every batch the cameras can make, on a GPU.

        Raises:
            GpuMemoryError: not even one image fits.
        """
        if not self._network.memory_bytes():
            return  # on a CPU the first image is as fast as any
        for count in range(1, len(sizes) + 1):
            if count > self.batch_size:
                return
            if not self._fits(lambda some=sizes[:count]: self._network.warm_up(some)):
                self._shrink(count)

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        """Everybody in each image; of an image too small or thin to look at, nobody."""
        sound = [_can_be_seen(image.bgr) for image in images]
        found = iter(self._detect([i.bgr for i, ok in zip(images, sound, strict=True) if ok]))
        return [
            self._people(image, next(found) if ok else nobody(_NO_SIZE))
            for image, ok in zip(images, sound, strict=True)
        ]

    def reset(self, camera_id: str) -> None:
        pass

    def measurements(self) -> Mapping[str, float]:
        memory = self._network.memory_bytes()
        found: dict[str, float] = {"batch_size": self.batch_size}
        if memory:
            found["gpu_mb"] = round(memory / 2**20)
        if self._broken:
            found["broken_people"] = self._broken
        return found

    def close(self) -> None:
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()

    def _people(self, image: EngineImage, detected: Detected) -> People:
        limits = self._limits
        chosen, broken = choose(detected, limits.score_threshold, limits.max_people)
        if broken:
            self._broken += broken
            self._log.warning(
                "%s: the network's answer for %d people is not finite or behind the camera, they "
                "are left out (%d so far)",
                image.camera_id,
                broken,
                self._broken,
            )
        return people_of(chosen, image, self._body)

    def _detect(self, images: Sequence[UInt8]) -> list[Detected]:
        """All images, as many at once as fit."""
        found: list[Detected] = []
        while len(found) < len(images):
            some = images[len(found) : len(found) + self.batch_size]
            if not self._fits(lambda some=some: found.extend(self._network(some))):
                self._shrink(len(some))
        return found

    def _fits(self, work: Callable[[], None]) -> bool:
        """Do it; False when the GPU has not enough memory for it.

        Raises:
            EngineLostError: the GPU failed in a way that only a new process gets over.
        """
        try:
            work()
            return True
        except RuntimeError as error:
            if _is_out_of_memory(error):
                return False  # only out of this block can what the error holds be freed
            if "CUDA error" not in str(error):
                raise
            reason = str(error).partition("\n")[0]
            raise EngineLostError(f"the GPU failed ({reason}); start livemocap again.") from error

    def _shrink(self, tried: int) -> None:
        """Fewer images at once from now on.

        Raises:
            GpuMemoryError: it was only one.
        """
        torch.cuda.empty_cache()
        if tried == 1:
            raise GpuMemoryError(_too_full("not even one image fits"))
        self.batch_size = (tried + 1) // 2
        _LOG.warning(
            "%d images at once do not fit into the GPU's memory%s: %d at once from now on",
            tried,
            _free_memory(),
            self.batch_size,
        )


def _weights() -> Path:
    """The installed file.

    Raises:
        WeightsError: there is none.
    """
    from ..models.store import installed

    path = installed("aios")
    if path is None:
        raise WeightsError(
            "AiOS's weights are not installed. `livemocap models` says where they come from and "
            "under which licence; then `livemocap models install FILE`."
        )
    return path


def _load_network(path: Path, device: torch.device, quality: str) -> Network:
    """The network on a device; `best` computes in float32 throughout.

    Raises:
        WeightsError: the file is damaged, or another network's.
    """
    from .checkpoint import read_state_dict
    from .fast import FastAios
    from .live import LiveNetwork
    from .model import build_aios

    if device.type == "cuda":
        torch.cuda.set_device(device)  # kernels are launched on the current one

    is_exact = quality == "best" or device.type == "cpu"
    dtype = torch.float32 if is_exact else torch.float16
    model = build_aios(read_state_dict(path), device=device, fast=True, dtype=dtype)
    assert isinstance(model, FastAios)
    return LiveNetwork(model)


def _installed_body() -> PredictedBody:
    from ..models.store import installed

    path = installed("smplx")
    if path is not None:
        return PredictedBody(BodyModel.load(path), is_smplx=True)
    _LOG.warning(
        "no SMPL-X model is installed: rotations are as predicted, hands relative to an unknown "
        "mean pose, and the open body stands in at its average shape (`livemocap models`)"
    )
    return PredictedBody.stand_in()


def _can_be_seen(bgr: UInt8) -> bool:
    h, w = bgr.shape[:2]
    try:
        network_size(h, w)
    except PreprocessError:
        return False
    return min(h, w) >= SMALLEST_IMAGE_PX


def _is_out_of_memory(error: BaseException) -> bool:
    """Also when it happened while a graph was recorded, and ended that with another error."""
    causes = (error, error.__context__)
    return any(
        isinstance(cause, torch.OutOfMemoryError) or any(word in str(cause) for word in _FULL)
        for cause in causes
    )


def _too_full(what: str) -> str:
    return (
        f"{what} into the GPU's memory{_free_memory()}. Close other programs that use the GPU, or "
        "set inference.device=cpu or inference.engine=landmarks."
    )


def _free_memory() -> str:
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f" ({free / 2**30:.1f} of {total / 2**30:.1f} GiB are free)"
