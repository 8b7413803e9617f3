"""Every encoding gives the same pixels back, or a PixelsError."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from livemocap.messages import ImageFrame
from livemocap.pixels import borrow_pixels, decode_pixels
from livemocap.ring import PixelsError, RingWriter, SharedRingReader


def smooth_image() -> np.ndarray:
    y, x = np.mgrid[:48, :64]
    return np.stack([x * 3, y * 4, x + y], -1).astype(np.uint8)


def frame(encoding: str, pixels: np.ndarray, **changes: object) -> ImageFrame:
    fields = {
        "camera_id": "cam0",
        "sequence": 0,
        "t_capture_ns": 0,
        "t_grab_ns": 0,
        "width": 64,
        "height": 48,
        "encoding": encoding,
        "pixels": pixels,
        "K": np.eye(3, dtype=np.float32),
        "intrinsics_source": "assumed",
    }
    return ImageFrame(**{**fields, **changes})  # type: ignore[arg-type]


def jpeg(bgr: np.ndarray) -> np.ndarray:
    return np.frombuffer(simplejpeg.encode_jpeg(bgr, 95, "BGR"), np.uint8)


def test_raw_pixels_are_a_view_of_the_message() -> None:
    bgr = smooth_image()
    pixels = bgr.reshape(-1)
    decoded = decode_pixels(frame("bgr", pixels), SharedRingReader())
    np.testing.assert_array_equal(decoded, bgr)
    assert np.shares_memory(decoded, pixels)


def test_jpeg_keeps_channel_order_and_values() -> None:
    bgr = smooth_image()
    decoded = decode_pixels(frame("jpeg", jpeg(bgr)), SharedRingReader())
    assert np.abs(decoded.astype(int) - bgr).max() <= 12


def test_shared_memory_gives_the_pixels_written() -> None:
    bgr, ring, rings = smooth_image(), RingWriter(64 * 48 * 3), SharedRingReader()
    slot, sequence = ring.write(bgr)
    shared = frame(
        "shm", np.zeros(0, np.uint8), shm_name=ring.name, shm_slot=slot, shm_sequence=sequence
    )
    np.testing.assert_array_equal(decode_pixels(shared, rings), bgr)
    rings.close()
    ring.close()


def test_borrowed_pixels_are_the_same_for_every_encoding() -> None:
    bgr, ring, rings = smooth_image(), RingWriter(64 * 48 * 3), SharedRingReader()
    slot, sequence = ring.write(bgr)
    place = {"shm_name": ring.name, "shm_slot": slot, "shm_sequence": sequence}
    for sent in (
        frame("bgr", bgr.reshape(-1)),
        frame("jpeg", jpeg(bgr)),
        frame("shm", np.zeros(0, np.uint8), **place),
    ):
        with borrow_pixels(sent, rings) as borrowed:
            np.testing.assert_array_equal(borrowed, decode_pixels(sent, rings))
    del borrowed
    rings.close()
    ring.close()


@pytest.mark.parametrize(
    ("encoding", "pixels", "changes"),
    [
        ("webp", np.zeros(10, np.uint8), {}),
        ("bgr", np.zeros(10, np.uint8), {}),
        ("bgr", np.zeros(0, np.uint8), {"width": 0}),
        ("bgr", np.zeros(64 * 48 * 3, np.uint8), {"width": -64, "height": -48}),
        ("jpeg", np.zeros(0, np.uint8), {}),
        ("jpeg", np.arange(200, dtype=np.uint8), {}),
        ("jpeg", jpeg(smooth_image())[:300], {}),
        ("jpeg", jpeg(smooth_image()), {"width": 32}),
        ("shm", np.zeros(0, np.uint8), {}),
    ],
)
def test_what_is_no_image_is_a_pixels_error(
    encoding: str, pixels: np.ndarray, changes: dict[str, object]
) -> None:
    with pytest.raises(PixelsError):
        decode_pixels(frame(encoding, pixels, **changes), SharedRingReader())
