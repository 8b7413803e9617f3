"""Images in shared memory: a ring of slots with one writer and any number of readers.

The writer never waits. It marks a slot as being written (sequence 0), copies, then writes the
slot's sequence number; a descriptor with slot and number travels over ZeroMQ. A reader compares
the number before and after its copy, so an image that was overwritten meanwhile is noticed. A
reader that leaves or dies changes nothing for the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livemocap.messages import ImageFrame
from livemocap.segment import Segment, SegmentError, attach_segment, create_segment

SLOTS = 8
"""At 60 images a second a slot lives 130 ms; readers copy at once and need a few ms."""

_PAGE = 4096
_MAGIC, _TOKEN, _COUNT, _BYTES, _FIRST = 0, 1, 2, 3, 8
"""Positions in the header, an array of 512 uint64; slot sequences start at _FIRST."""
_MAGIC_NUMBER = int.from_bytes(b"LMCring1", "little")


class PixelsError(ValueError):
    """The pixels of an image cannot be had; the next image may well be fine."""


class TornReadError(PixelsError):
    """The image was overwritten before it was read: the reader is too late."""


class RingPlace(NamedTuple):
    """Where an image lies."""

    slot: int
    sequence: int


class RingWriter:
    """A ring for images of up to `slot_bytes`."""

    def __init__(self, slot_bytes: int, slots: int = SLOTS) -> None:
        self.slot_bytes = _round_up(slot_bytes)
        self._segment: Segment = create_segment(_PAGE + slots * self.slot_bytes)
        self._header = _header(self._segment)
        self._header[[_TOKEN, _COUNT, _BYTES]] = self._segment.token, slots, self.slot_bytes
        self._header[_MAGIC] = _MAGIC_NUMBER
        self._slots = _slots(self._segment, slots, self.slot_bytes)
        self._sequence = 0

    @property
    def name(self) -> str:
        return self._segment.name

    def write(self, pixels: NDArray[np.uint8]) -> RingPlace:
        """Copy an array of any shape and at most `slot_bytes` into the next slot."""
        slot = self._sequence % len(self._slots)
        self._sequence += 1
        self._header[_FIRST + slot] = 0
        self._slots[slot, : pixels.size].reshape(pixels.shape)[...] = pixels
        self._header[_FIRST + slot] = self._sequence
        return RingPlace(slot, self._sequence)

    def close(self) -> None:
        del self._header, self._slots
        self._segment.close()


class RingReader:
    """One ring, mapped read-only.

    Raises:
        PixelsError: there is no such ring on this host.
    """

    def __init__(self, name: str) -> None:
        try:
            self._segment = attach_segment(name)
        except SegmentError as error:
            raise PixelsError(str(error)) from None
        self.name = name
        self._header = _header(self._segment)
        magic, token, slots, slot_bytes = (int(value) for value in self._header[:4])
        size = len(self._segment.memory)
        fits = 0 < slots <= _PAGE // 8 - _FIRST and _PAGE + slots * slot_bytes == size
        if (magic, token) != (_MAGIC_NUMBER, self._segment.token) or not fits:
            del self._header
            self._segment.close()
            raise PixelsError(f"{name} is no image ring")
        self._slots = _slots(self._segment, slots, slot_bytes)

    def view(self, place: RingPlace, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """The image at `place` where it lies, read-only; ask `require_intact` after use.

        Raises:
            TornReadError: the writer has come round already.
            PixelsError: there is no such slot, or it is smaller than `shape`.
        """
        slots, slot_bytes = self._slots.shape
        size = math.prod(shape)
        fits = min(shape) > 0 and size <= slot_bytes
        if not fits or not 0 <= place.slot < slots or place.sequence < 1:
            raise PixelsError(f"{self.name} has no slot {place.slot} with {size} bytes")
        self.require_intact(place)
        return self._slots[place.slot, :size].reshape(shape)

    def read(self, place: RingPlace, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """A copy of the image at `place`.

        Raises:
            TornReadError, PixelsError: as `view`; torn also when it happens during the copy.
        """
        pixels = self.view(place, shape).copy()
        self.require_intact(place)
        return pixels

    def require_intact(self, place: RingPlace) -> None:
        """Raise TornReadError if the slot no longer holds the image."""
        found = int(self._header[_FIRST + place.slot])
        if found != place.sequence:
            raise TornReadError(
                f"image {place.sequence} was overwritten while it was read (slot holds {found})"
            )

    def close(self) -> None:
        del self._header, self._slots
        self._segment.close()


class SharedRingReader:
    """The rings of several cameras, each attached at its first image and again when it changes."""

    def __init__(self) -> None:
        self._rings: dict[str, RingReader] = {}
        self._too_slow = False

    def read(self, frame: ImageFrame) -> NDArray[np.uint8]:
        """The (H, W, 3) BGR pixels of an ImageFrame with encoding `shm`, as a private copy.

        Raises:
            TornReadError: overwritten meanwhile.
            PixelsError: the ring is gone or does not hold such an image.
        """
        return self._ring(frame).read(_place(frame), _shape(frame))

    @contextmanager
    def borrow(self, frame: ImageFrame) -> Iterator[NDArray[np.uint8]]:
        """The same pixels without a copy, read-only, until the block ends.

        A reader that was overtaken once is too slow for this and gets copies from then on.

        Raises:
            TornReadError: at the end: overwritten meanwhile, forget what came of it.
            PixelsError: as `read`.
        """
        if self._too_slow:
            yield self.read(frame)
            return
        ring, place = self._ring(frame), _place(frame)
        yield ring.view(place, _shape(frame))
        try:
            ring.require_intact(place)
        except TornReadError:
            self._too_slow = True
            raise

    def _ring(self, frame: ImageFrame) -> RingReader:
        ring = self._rings.get(frame.camera_id)
        if ring is None or ring.name != frame.shm_name:
            self._forget(frame.camera_id)
            ring = self._rings[frame.camera_id] = RingReader(frame.shm_name)
        return ring

    def _forget(self, camera_id: str) -> None:
        ring = self._rings.pop(camera_id, None)
        if ring:
            ring.close()

    def close(self) -> None:
        for camera_id in list(self._rings):
            self._forget(camera_id)


def _place(frame: ImageFrame) -> RingPlace:
    return RingPlace(frame.shm_slot, frame.shm_sequence)


def _shape(frame: ImageFrame) -> tuple[int, int, int]:
    return frame.height, frame.width, 3


def _header(segment: Segment) -> NDArray[np.uint64]:
    return np.frombuffer(segment.memory, np.uint64, count=_PAGE // 8)


def _slots(segment: Segment, count: int, size: int) -> NDArray[np.uint8]:
    return np.frombuffer(segment.memory, np.uint8, count * size, offset=_PAGE).reshape(count, size)


def _round_up(size: int) -> int:
    return -(-max(size, 1) // _PAGE) * _PAGE
