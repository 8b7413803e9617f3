"""How pixels leave capture: raw, as JPEG, or in shared memory with a descriptor."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livemocap.bus import BusError, require_loopback
from livemocap.ring import RingWriter

_NOTHING = np.zeros(0, np.uint8)


class ImageEncoder(Protocol):
    """Pixels to the fields of an ImageFrame that carry them."""

    name: str

    def encode(self, bgr: NDArray[np.uint8]) -> dict[str, Any]: ...

    def close(self) -> None: ...


class RawEncoder:
    """The bytes as they are; for readers that know nothing else."""

    name = "raw"

    def encode(self, bgr: NDArray[np.uint8]) -> dict[str, Any]:
        return {"encoding": "bgr", "pixels": np.ascontiguousarray(bgr).reshape(-1)}

    def close(self) -> None:
        pass


class JpegEncoder:
    """JPEG with halved colour resolution; for readers on other hosts."""

    name = "jpeg"

    def __init__(self, quality: int) -> None:
        self._quality = quality

    def encode(self, bgr: NDArray[np.uint8]) -> dict[str, Any]:
        import simplejpeg

        data = simplejpeg.encode_jpeg(
            np.ascontiguousarray(bgr), self._quality, "BGR", colorsubsampling="420"
        )
        return {"encoding": "jpeg", "pixels": np.frombuffer(data, np.uint8)}

    def close(self) -> None:
        pass


class RingEncoder:
    """Pixels into shared memory; larger images get a larger ring, which readers follow."""

    name = "shm"

    def __init__(self) -> None:
        self._ring: RingWriter | None = None

    def encode(self, bgr: NDArray[np.uint8]) -> dict[str, Any]:
        if self._ring is None or bgr.size > self._ring.slot_bytes:
            self.close()
            self._ring = RingWriter(bgr.size)
        slot, sequence = self._ring.write(bgr)
        return {
            "encoding": "shm",
            "pixels": _NOTHING,
            "shm_name": self._ring.name,
            "shm_slot": slot,
            "shm_sequence": sequence,
        }

    def close(self) -> None:
        if self._ring:
            self._ring.close()
            self._ring = None


def choose_encoder(transport: str, endpoint: str, jpeg_quality: int) -> ImageEncoder:
    """The encoder for a `transport` setting; `auto` is shm where no other host can listen."""
    if transport == "auto":
        transport = "shm" if _stays_here(endpoint) else "jpeg"
    if transport == "shm":
        return RingEncoder()
    return JpegEncoder(jpeg_quality) if transport == "jpeg" else RawEncoder()


def _stays_here(endpoint: str) -> bool:
    try:
        require_loopback(endpoint)
    except BusError:
        return False
    return True
