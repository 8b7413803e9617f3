"""AGORA: SMPL-X parameters of everybody, in the files that its evaluation server reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.messages import Float32

from .bodies import SmplxGeometry
from .looking import Outcome, Watcher
from .people import Network, People
from .sources import Picture, images_in, pictures, unique_names
from .submission import Settings, rows, write_submission

SERVER_WIDTH = 3840
"""The server wants joints in pixels of the 3840 x 2160 images, whichever were looked at."""
SMALL_SIZE = "_1280x720"
_SMALL_WIDTH = 1280
_THRESHOLDS = {"test": 0.7, "validation": 0.1}
_OTHER_THRESHOLD = 0.7

_PARTS = {
    "global_orient": slice(0, 3),
    "body_pose": slice(3, 66),
    "left_hand_pose": slice(66, 111),
    "right_hand_pose": slice(111, 156),
    "jaw_pose": slice(156, 159),
}


def default_threshold(folder: Path) -> float:
    """0.1 for a folder named `validation`, 0.7 for `test` and any other."""
    return _THRESHOLDS.get(folder.resolve().name, _OTHER_THRESHOLD)


def result_name(image: str | Path) -> str:
    """What an image's results are called: its stem, without the size that small images carry."""
    return Path(image).stem.split(SMALL_SIZE)[0]


def agora_images(folder: Path) -> dict[Path, str]:
    """The images of the folder itself, with the name of each one's results.

    Raises:
        JobError: none, or two of the same name (such as both sizes of one image).
    """
    return unique_names((path, result_name(path)) for path in images_in(folder))


def write_agora(
    names: dict[Path, str],
    network: Network,
    body: SmplxGeometry,
    settings: Settings,
    watcher: Watcher | None = None,
) -> Outcome:
    """`predictions/<name>_personId_<k>.pkl` for everybody above the threshold.

    Raises:
        JobError: see `write_submission`.
    """
    watcher = watcher or Watcher()
    images = pictures(names)
    if settings.factor == 1 and settings.wanted_width != SERVER_WIDTH:
        images = _with_hint(images, watcher)
    return write_submission(images, names.values(), network, body, person_files, settings, watcher)


def _with_hint(images: Iterable[Picture], watcher: Watcher) -> Iterator[Picture]:
    """Say once that the server would not accept joints in pixels of the small images."""
    said = False
    for picture in images:
        if not said and picture.bgr is not None and picture.bgr.shape[1] == _SMALL_WIDTH:
            said = True
            watcher.warn(
                f"{picture.source}: is {_SMALL_WIDTH} pixels wide, and AGORA's server wants joints "
                f"in pixels of {SERVER_WIDTH} x 2160: use --4k (or --factor 3) for a submission"
            )
        yield picture


def person_files(
    people: People, points: Float32, joints: Float32, vertices: Float32
) -> list[dict[str, Any]]:
    """The dictionaries of the files, best person first; every parameter is (1, n)."""
    return [
        {"params": _parameters(people, person), "joints": np.ascontiguousarray(points[person])}
        for person in range(len(people))
    ]


def _parameters(people: People, person: int) -> dict[str, Any]:
    pose = {name: rows(people.pose[:, part], person) for name, part in _PARTS.items()}
    jaw = pose.pop("jaw_pose")
    return {
        "transl": rows(people.transl, person),
        **pose,
        "reye_pose": np.zeros((1, 3)),
        "leye_pose": np.zeros((1, 3)),
        "jaw_pose": jaw,
        "expression": rows(people.expression, person),
        "betas": rows(people.betas, person),
    }
