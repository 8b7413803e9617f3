"""From camera images to people on the host, without a stop in between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor

from kernels.warp_normalize import warp_normalize
from livemocap.messages import UInt8

from .config import RETURNED
from .detected import Detected
from .fast import FastAios
from .fast.geometry import Geometry
from .fast.graphs import Canvases
from .fast.people import pack_people, unpack_people
from .preprocess import MEAN, STD, network_image, network_size

_KEPT_UPLOADS = 8


class LiveNetwork:
    """The network as an engine wants it.

    On CUDA the 8-bit images are uploaded from pinned memory and warped there, the network is a
    recorded graph, and one copy brings the people back: the host waits once per batch. Images
    share a batch when their network sizes are equal: padding would change what is seen.

    Args:
        people: how many are returned per image, at most.
    """

    def __init__(self, model: FastAios, people: int = RETURNED) -> None:
        self._model = model
        self._people = people
        self._device = model.level_embed.device
        self._canvases = Canvases(model, self._look)
        self._uploads: dict[tuple[int, ...], tuple[Tensor, Tensor]] = {}

    @torch.inference_mode()
    def __call__(self, images: Sequence[UInt8]) -> list[Detected]:
        """The best people of each image.

        Args:
            images: (H, W, 3) BGR, of any sizes.

        Raises:
            PreprocessError: an image is too thin.
            torch.OutOfMemoryError: so many images do not fit; fewer may.
        """
        sizes = [network_size(*image.shape[:2]) for image in images]
        found: dict[int, Detected] = {}
        try:
            for size in dict.fromkeys(sizes):
                alike = [b for b, other in enumerate(sizes) if other == size]
                people = self._alike([images[b] for b in alike], size)
                found.update(zip(alike, people, strict=True))
        except RuntimeError:  # out of memory, or out of memory while a graph was recorded
            self._release()
            raise
        return [found[b] for b in range(len(images))]

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        """Look at one black image of each size, alone and all together.

        Args:
            sizes: (H, W) of the images that will come.
        """
        images = [np.zeros((*size, 3), np.uint8) for size in sizes]
        for image in images:
            self([image])
        if len(images) > 1:
            self(images)

    def memory_bytes(self) -> int:
        """What is taken on the GPU; 0 on a CPU."""
        if self._device.type != "cuda":
            return 0
        return torch.cuda.memory_reserved(self._device)

    def _alike(self, images: Sequence[UInt8], size: tuple[int, int]) -> list[Detected]:
        """People in images that the network sees at the same size (oh, ow)."""
        with self._on_its_device():
            canvas = self._canvases.get(len(images), *size)
            for b, image in enumerate(images):
                self._draw(b, image, canvas.images[b])
            packed = canvas.result().cpu().numpy()
        return [unpack_people(people, size) for people in packed]

    def _look(self, images: Tensor, geometry: Geometry) -> Tensor:
        decoded = self._model.decode(images, geometry)
        return pack_people(decoded, self._model.heads, self._people)

    def _draw(self, b: int, bgr: UInt8, place: Tensor) -> None:
        """Resample and normalise image b into its place on the canvas."""
        if self._device.type == "cuda":
            warp_normalize(self._uploaded(b, bgr), place, MEAN, STD)
        else:
            place.copy_(torch.from_numpy(network_image(bgr)))

    def _uploaded(self, b: int, bgr: UInt8) -> Tensor:
        """(H, W, 3) on the GPU; the copy runs on while the host goes on."""
        key = (b, *bgr.shape)
        if key not in self._uploads:
            while len(self._uploads) >= _KEPT_UPLOADS:
                self._uploads.pop(next(iter(self._uploads)))
            pinned = torch.empty(bgr.shape, dtype=torch.uint8, pin_memory=True)
            self._uploads[key] = pinned, torch.empty_like(pinned, device=self._device)
        pinned, there = self._uploads[key]
        np.copyto(pinned.numpy(), bgr)
        return there.copy_(pinned, non_blocking=True)

    def _on_its_device(self) -> AbstractContextManager[object]:
        """Kernels and graphs go to the current GPU, which need not be the network's."""
        if self._device.type == "cuda":
            return torch.cuda.device(self._device)
        return nullcontext()

    def _release(self) -> None:
        """After memory has run out: start again from nothing."""
        self._canvases.forget()
        self._uploads.clear()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
