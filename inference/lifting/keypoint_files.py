"""Keypoints that somebody else's detector has found in a video, from files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from ..errors import InferenceError


class KeypointFileError(InferenceError):
    """A file of keypoints that cannot be read, or does not belong to the video."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageKeypoints:
    """P people of one image; P may be 0."""

    keypoints_px: Array
    """(P, 17, 3) float32 COCO: x, y in px and confidence 0..1, all 0 for what is not known."""
    ids: NDArray[np.int64]
    """(P,) who the detector says this is, -1 where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeypointFile:
    """Everything a file holds."""

    path: Path
    kind: str
    """What it is, for people to read."""
    images: dict[int, ImageKeypoints]
    """By the number that the file gives the image; images without anybody may be missing."""
    size_px: tuple[int, int] | None = None
    """Of the images, where the file says so."""


def read_keypoints(path: Path) -> KeypointFile:
    """AlphaPose's json, a folder of OpenPose's, or an npz of ours or in VideoPose3D's layout.

    Raises:
        KeypointFileError: what is wrong with it and what was expected.
    """
    if not path.exists():
        raise KeypointFileError(
            f"{path}: no such file or folder. Keypoints come as AlphaPose's "
            "alphapose-results.json, a folder that OpenPose wrote with --write_json, or an .npz."
        )
    try:
        return _reader(path)(path)
    except (TypeError, ValueError, LookupError, OverflowError) as error:  # JSON may hold anything
        why = str(error).splitlines()[0]
        raise KeypointFileError(
            f"{path}: not as its detector writes it ({why}). Let the detector write it again."
        ) from error


def _reader(path: Path) -> Callable[[Path], KeypointFile]:
    from .alphapose_file import read_alphapose
    from .keypoint_npz import read_npz
    from .openpose_folder import read_openpose

    if path.is_dir():
        return read_openpose
    return read_npz if path.suffix.lower() == ".npz" else read_alphapose


def read_json(path: Path) -> Any:
    """The content of a JSON file; KeypointFileError where it is none."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise KeypointFileError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise KeypointFileError(
            f"{path}: not JSON, or cut off ({error}). Let the detector write it again."
        ) from None


def image_number(path: Path, name: object) -> int:
    """The number of an image from what a file calls it: `12`, `12.jpg`, `shot_000012.png`."""
    if isinstance(name, int | float) and name == int(name) and name >= 0:
        return int(name)
    numbers = re.findall(r"\d+", Path(str(name)).stem)
    if not numbers:
        raise KeypointFileError(
            f"{path}: image '{name}' has no number, so nobody can tell which frame it is. "
            "Expected names such as 12.jpg, or numbers."
        )
    return int(numbers[-1])


def numbers_of(path: Path, image: object, values: object) -> Array:
    """A flat list of x, y and confidence as (K, 3); null is NaN."""
    try:
        flat = np.array([np.nan if v is None else v for v in values], float)  # type: ignore
    except (TypeError, ValueError):
        raise KeypointFileError(
            f"{path}: the keypoints of image {image} are not a list of numbers"
        ) from None
    if flat.ndim != 1 or not len(flat) or len(flat) % 3:
        raise KeypointFileError(
            f"{path}: image {image} has somebody with {flat.size} keypoint numbers, expected "
            "x, y and confidence for each point, such as 51 for COCO's 17"
        )
    return flat.reshape(-1, 3)


def image_keypoints(people: Iterable[tuple[Array, int]]) -> ImageKeypoints:
    """Of (17, 3) keypoints and an id each; whoever has no keypoint at all is left out."""
    seen = [(points, who) for points, who in people if points[:, 2].any()]
    return ImageKeypoints(
        keypoints_px=np.array([p for p, _ in seen], np.float32).reshape(-1, 17, 3),
        ids=np.array([who for _, who in seen], np.int64),
    )
