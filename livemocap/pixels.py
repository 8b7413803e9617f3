"""ImageFrame to pixels, whichever way they travelled: raw, JPEG or shared memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from livemocap.messages import ImageFrame
from livemocap.ring import PixelsError, SharedRingReader

ENCODINGS = ("bgr", "jpeg", "shm")


def decode_pixels(frame: ImageFrame, rings: SharedRingReader) -> NDArray[np.uint8]:
    """The (H, W, 3) BGR pixels of `frame`; read-only where they lie in the message itself.

    Raises:
        TornReadError: the image in shared memory was overwritten meanwhile.
        PixelsError: unknown encoding, damaged JPEG, wrong size, or a ring that is gone.
    """
    if frame.encoding == "shm":
        return rings.read(frame)
    if frame.encoding == "jpeg":
        return _decode_jpeg(frame)
    if frame.encoding != "bgr":
        raise PixelsError(f"{frame.camera_id}: unknown image encoding {frame.encoding!r}")
    shape = (frame.height, frame.width, 3)
    if min(shape) < 1 or frame.pixels.size != frame.height * frame.width * 3:
        raise PixelsError(f"{frame.camera_id}: {frame.pixels.size} bytes do not make {shape}")
    return frame.pixels.reshape(shape)


@contextmanager
def borrow_pixels(frame: ImageFrame, rings: SharedRingReader) -> Iterator[NDArray[np.uint8]]:
    """As `decode_pixels`, but shared memory is used where it lies, until the block ends.

    Raises:
        TornReadError: at the end: overwritten meanwhile, forget what came of it.
        PixelsError: as `decode_pixels`.
    """
    if frame.encoding == "shm":
        with rings.borrow(frame) as bgr:
            yield bgr
    else:
        yield decode_pixels(frame, rings)


def _decode_jpeg(frame: ImageFrame) -> NDArray[np.uint8]:
    import simplejpeg  # only who receives JPEG needs it

    data = frame.pixels.tobytes()
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        if (height, width) != (frame.height, frame.width):
            raise ValueError(f"it is {width}x{height}, not {frame.width}x{frame.height}")
        return simplejpeg.decode_jpeg(data, colorspace="BGR")
    except ValueError as error:
        raise PixelsError(f"{frame.camera_id}: damaged JPEG: {error}") from None
