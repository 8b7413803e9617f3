"""AlphaPose's results in its three forms, and lists of COCO's, which look the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from .alphapose import Found, merged
from .keypoint_files import (
    ImageKeypoints,
    KeypointFile,
    KeypointFileError,
    image_keypoints,
    image_number,
    numbers_of,
    read_json,
)
from .keypoint_layouts import coco_from, layout_of
from .openpose_folder import openpose_people

_FAR_PX = 1e5
"""Where nobody's unknown keypoints coincide with another's."""
_UNKNOWN = 1e-3
"""What was put together of unknown keypoints is less sure."""
_VISIBLE = np.array([0.0, 0.5, 1.0])
"""What COCO's annotations mean by 0, 1 (hidden) and 2."""


def read_alphapose(path: Path) -> KeypointFile:
    """`alphapose-results.json`: of --format coco (the default), cmu or open; COCO's results and
    annotations.

    Poses that AlphaPose's own suppression takes for one person are put together.

    Raises:
        KeypointFileError: what is wrong and what was expected.
    """
    content = read_json(path)
    if isinstance(content, list):
        return KeypointFile(path=path, kind="AlphaPose", images=_listed(path, content))
    if isinstance(content, dict) and "annotations" in content and "images" in content:
        return _annotated(path, content)
    if isinstance(content, dict) and isinstance(content.get("people"), list):
        people = image_keypoints(openpose_people(path, path.name, content["people"]))
        return KeypointFile(path=path, kind="OpenPose", images={0: people})
    if isinstance(content, dict) and content and all(map(_is_openpose_like, content.values())):
        return KeypointFile(path=path, kind="AlphaPose", images=_by_name(path, content))
    raise KeypointFileError(
        f"{path}: neither AlphaPose's nor COCO's: expected a list of "
        '{"image_id": ..., "keypoints": [...], "score": ...}. OpenPose\'s json are read as a '
        "folder."
    )


def _is_openpose_like(image: Any) -> bool:
    return isinstance(image, dict) and any(isinstance(image.get(k), list) for k in _PEOPLE)


_PEOPLE = ("people", "bodies")


def _by_name(path: Path, content: dict[str, Any]) -> dict[int, ImageKeypoints]:
    """--format open and cmu: images by name, OpenPose's 18 points."""
    images = {}
    for name, image in content.items():
        people = next(image[key] for key in _PEOPLE if isinstance(image.get(key), list))
        named = [{"pose_keypoints_2d": p["joints"]} if "joints" in p else p for p in people]
        images[image_number(path, name)] = image_keypoints(openpose_people(path, name, named))
    return images


def _listed(path: Path, rows: list[Any]) -> dict[int, ImageKeypoints]:
    """One row a person, in any order."""
    by_image: dict[int, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or "image_id" not in row or "keypoints" not in row:
            raise KeypointFileError(
                f"{path}: entry {number} has no image_id and keypoints, as AlphaPose's have"
            )
        by_image.setdefault(image_number(path, row["image_id"]), []).append(row)
    return {image: _people(path, image, by_image[image]) for image in sorted(by_image)}


def _people(path: Path, image: int, rows: list[dict[str, Any]]) -> ImageKeypoints:
    found = image_keypoints((_points(path, image, row), _id(row)) for row in rows)
    if len(found.ids) < 2:
        return found
    poses, sure = found.keypoints_px, found.keypoints_px[..., 2]
    nowhere = -_FAR_PX * np.arange(1, len(poses) + 1)[:, None, None]
    places = np.where(sure[..., None] > 0, poses[..., :2], nowhere)
    people = merged(_boxes(poses), sure.mean(1), places, sure)
    if len(people) >= len(poses):
        return found
    return image_keypoints(_with_ids(people, found))


def _with_ids(people: list[Found], found: ImageKeypoints) -> Iterable[tuple[Array, int]]:
    """Poses put together, each with the id of the nearest of those that `found` had."""
    for person in people:
        pose = np.concatenate([person.keypoints_px, person.scores[:, None]], 1)
        pose[person.scores < _UNKNOWN] = 0
        apart = np.abs(found.keypoints_px[..., :2] - pose[:, :2]).sum((1, 2))
        yield pose, int(found.ids[apart.argmin()])


def _points(path: Path, image: int, row: dict[str, Any]) -> Array:
    points = numbers_of(path, image, row["keypoints"])
    layout = layout_of(len(points))
    if layout is None:
        raise KeypointFileError(
            f"{path}: somebody in image {image} has {len(points)} points, expected COCO's 17, "
            "Halpe's 26 or 136, or whole bodies of 133"
        )
    return coco_from(points[:17] if layout == "coco" else points, layout)


def _boxes(poses: Array) -> Array:
    """(P, 17, 3) to (P, 4) px around what is known."""
    known = poses[..., 2:] > 0
    low = np.where(known, poses[..., :2], np.inf).min(1)
    high = np.where(known, poses[..., :2], -np.inf).max(1)
    return np.concatenate([low, high], 1)


def _id(row: dict[str, Any]) -> int:
    """AlphaPose's `idx`, a number or a list with one; -1 without tracking."""
    who = row.get("idx", row.get("track_id", -1))
    while isinstance(who, list):
        who = who[0] if who else -1
    return int(who) if isinstance(who, int | float) and who == who else -1


def _annotated(path: Path, content: dict[str, Any]) -> KeypointFile:
    """COCO's annotations: images in the order of their names, visibility for confidence."""
    try:
        order = sorted(content["images"], key=lambda image: str(image["file_name"]))
        number = {image["id"]: place for place, image in enumerate(order)}
        people: dict[int, list[tuple[Array, int]]] = {}
        for row in content["annotations"]:
            points = numbers_of(path, row["image_id"], row["keypoints"])
            points[:, 2] = _VISIBLE[np.clip(np.nan_to_num(points[:, 2]), 0, 2).astype(int)]
            where = number[row["image_id"]]
            people.setdefault(where, []).append((coco_from(points, "coco"), _id(row)))
        first = order[0] if order else {}
        size = (int(first["width"]), int(first["height"])) if "width" in first else None
    except (KeyError, TypeError, IndexError) as error:
        raise KeypointFileError(f"{path}: COCO annotations without {error}") from None
    images = {image: image_keypoints(rows) for image, rows in people.items()}
    return KeypointFile(path=path, kind="COCO annotations", images=images, size_px=size)
