"""OpenPose's results: a folder with one json an image, BODY_25 or COCO's 18 points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

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

_SUFFIX = "_keypoints"
_POINTS = ("pose_keypoints_2d", "pose_keypoints")
"""As it is called, and as OpenPose before 1.3 called it."""


def read_openpose(folder: Path) -> KeypointFile:
    """Every .json of a folder that OpenPose wrote with --write_json.

    Raises:
        KeypointFileError: there is none, or one is not OpenPose's.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise KeypointFileError(
            f"{folder}: holds no .json. OpenPose writes one an image with --write_json FOLDER."
        )
    images: dict[int, ImageKeypoints] = {}
    for path in paths:
        number = image_number(path, f"{path.stem.removesuffix(_SUFFIX)}{path.suffix}")
        if number in images:
            raise KeypointFileError(
                f"{folder}: two files are of image {number}. Is there more than one video in it?"
            )
        images[number] = _image(path)
    return KeypointFile(path=folder, kind="OpenPose", images=images)


def _image(path: Path) -> ImageKeypoints:
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("people"), list):
        raise KeypointFileError(f'{path}: not OpenPose\'s: it has no list of "people"')
    return image_keypoints(openpose_people(path, path.name, content["people"]))


def openpose_people(path: Path, image: object, people: list[Any]) -> list[tuple[Array, int]]:
    """(17, 3) of COCO and an id for each of `people`; those without keypoints are nobody."""
    found = []
    for person in people:
        values = next((person[k] for k in _POINTS if k in person), None) if person else None
        if not values:
            continue
        points = numbers_of(path, image, values)
        layout = layout_of(len(points))
        if layout is None:
            raise KeypointFileError(
                f"{path}: somebody has {len(points)} points, expected OpenPose's BODY_25 or "
                "COCO's 18 (--model_pose BODY_25 or COCO)"
            )
        who = np.ravel(person.get("person_id", -1))
        found.append((coco_from(points, layout), int(who[0]) if len(who) else -1))
    return found
