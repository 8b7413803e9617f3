"""The images of a job: which files, in which order, and what is known of each."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livemocap.rotation import Array

from .errors import JobError

SUFFIXES = (".jpg", ".jpeg", ".png")
_ORIENTATION = 0x0112
_QUARTER_TURNED = (5, 6, 7, 8)
"""Values of EXIF's orientation that swap width and height."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image as the network sees it: as stored, whatever its EXIF orientation says."""

    name: str
    """What its results are called."""
    source: str
    """What to call it in a message."""
    bgr: Array | None
    """(H, W, 3) uint8, or None where it cannot be decoded."""
    upright_width: int
    """Width in pixels when shown the way EXIF asks for."""
    t_s: float = 0.0
    """When it is shown, in a film."""


def images_in(
    folder: Path, suffixes: Iterable[str] = SUFFIXES, *, below: bool = False
) -> list[Path]:
    """Images of a folder, or also of all folders below it, by path.

    Raises:
        JobError: no such folder, or no such images in it.
    """
    wanted = tuple(suffixes)
    try:
        found = list(folder.rglob("*") if below else folder.iterdir())
    except OSError as error:
        raise JobError(f"{folder}: {error.strerror}. Expected a folder of images.") from None
    images = sorted(path for path in found if path.suffix.lower() in wanted and path.is_file())
    if not images:
        kinds = ", ".join(wanted)
        raise JobError(f"{folder}: no images in it{' or below it' if below else ''} ({kinds}).")
    return images


def unique_names(names: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """Each image with the name of its results.

    Raises:
        JobError: the results of two images would have the same name.
    """
    owner: dict[str, Path] = {}
    for path, name in names:
        if name in owner:
            raise JobError(
                f"{owner[name]} and {path}: results of both would be called '{name}'. "
                "Put one of them into another folder and run it with another --out."
            )
        owner[name] = path
    return {path: name for name, path in owner.items()}


def pictures(names: dict[Path, str]) -> Iterator[Picture]:
    """Read image after image."""
    for path, name in names.items():
        bgr, upright_width = read_image(path)
        yield Picture(name, str(path), bgr, upright_width)


def read_image(path: Path) -> tuple[Array | None, int]:
    """(H, W, 3) uint8 BGR as stored, and its width the way EXIF turns it; None and 0 if broken."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        bgr, kinds, chunks = cv2.imdecodeWithMetadata(np.fromfile(path, np.uint8), flags)
    except (OSError, cv2.error):
        return None, 0
    if bgr is None:
        return None, 0
    turned = _orientation(kinds, chunks) in _QUARTER_TURNED
    return np.asarray(bgr, np.uint8), bgr.shape[0 if turned else 1]


def _orientation(kinds: Any, chunks: Any) -> int:
    """EXIF's orientation, 1 where the image has none."""
    for kind, chunk in zip(kinds, chunks, strict=True):
        if kind == cv2.IMAGE_METADATA_EXIF:
            return _tiff_orientation(np.asarray(chunk, np.uint8).tobytes())
    return 1


def _tiff_orientation(tiff: bytes) -> int:
    """EXIF is a TIFF file: byte order, then a directory of 12-byte entries (tag, type, count)."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            (tag,) = struct.unpack_from(f"{order}H", tiff, entry)
            if tag == _ORIENTATION:
                return struct.unpack_from(f"{order}H", tiff, entry + 8)[0]
    except struct.error:  # a damaged tag is as good as none
        pass
    return 1
