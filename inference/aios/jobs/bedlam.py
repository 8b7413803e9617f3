"""BEDLAM: joints and vertices of everybody, in the files that its evaluation server reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from livemocap.messages import Float32

from .bodies import SmplxGeometry
from .errors import JobError
from .looking import Outcome, Watcher
from .people import Network, People
from .sources import images_in, pictures, unique_names
from .submission import Settings, write_submission

THRESHOLD = 0.85
_JOINTS_3D = 127
"""All but the contour of the face."""
_SCENE = -4
"""In SCENE/png/SEQUENCE/FRAME.png the scene is the fourth part from the end."""


def bedlam_images(folder: Path) -> dict[Path, str]:
    """Every PNG at and below the folder, with the name of its results.

    Raises:
        JobError: none, a path too short to hold a scene's name, or two of the same name.
    """
    return unique_names((p, result_name(p)) for p in images_in(folder, (".png",), below=True))


def result_name(image: Path) -> str:
    """`SCENE_frameID_FRAME` of .../SCENE/png/SEQUENCE/FRAME.png."""
    parts = image.resolve().parts[1:]
    if len(parts) < -_SCENE:
        raise JobError(f"{image}: expected a path such as SCENE/png/SEQUENCE/FRAME.png.")
    return f"{parts[_SCENE]}_frameID_{image.stem}"


def write_bedlam(
    names: dict[Path, str],
    network: Network,
    body: SmplxGeometry,
    settings: Settings,
    watcher: Watcher | None = None,
) -> Outcome:
    """`predictions/<scene>_frameID_<frame>_personId_<k>.pkl` for everybody above the threshold.

    Raises:
        JobError: see `write_submission`.
    """
    return write_submission(
        pictures(names), names.values(), network, body, person_files, settings, watcher or Watcher()
    )


def person_files(
    people: People, points: Float32, joints: Float32, vertices: Float32
) -> list[dict[str, Any]]:
    """The dictionaries of the files, best person first; metres without `transl`."""
    return [
        {
            "verts": np.ascontiguousarray(vertices[person]),
            "joints": np.ascontiguousarray(points[person]),
            "allSmplJoints3d": np.ascontiguousarray(joints[person, :_JOINTS_3D]),
        }
        for person in range(len(people))
    ]
