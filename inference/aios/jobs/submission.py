"""What AGORA's and BEDLAM's submissions have in common: a pickle for each person of each image."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from livemocap.messages import Float32
from livemocap.rotation import Array

from ...plain_pickle import dumps
from ..camera import project
from .bodies import SmplxGeometry
from .looking import Outcome, Watcher, look
from .numbered import NumberedFiles
from .people import Network, People
from .sources import Picture

FOLDER = "predictions"
_MATCHED_JOINTS = 24
"""The servers find out who is who by these, SMPL's body joints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a submission is made."""

    out: Path
    threshold: float
    batch: int = 1
    overwrite: bool = False
    factor: float = 1.0
    """Joints are multiplied by it on top of the scale to the source image."""
    wanted_width: int = 0
    """Instead of the source image's width, joints are for an image this wide; 0: the source's."""


Layout = Callable[[People, Float32, Float32, Float32], list[dict[str, Any]]]
"""People, pixels of 24 joints in the source image, 144 joints, vertices: each one's dictionary."""


def write_submission(
    images: Iterable[Picture],
    names: Iterable[str],
    network: Network,
    body: SmplxGeometry,
    layout: Layout,
    settings: Settings,
    watcher: Watcher,
) -> Outcome:
    """A pickle for each person above the threshold.

    Args:
        names: of all images that will come.

    Raises:
        JobError: an earlier run left results of these images, and they may not be overwritten.
    """
    files = NumberedFiles(settings.out / FOLDER, ".pkl")
    if not settings.overwrite:
        files.refuse_existing(names)
    outcome, told = Outcome(), False
    for picture, people in look(
        images,
        network,
        threshold=settings.threshold,
        batch=settings.batch,
        outcome=outcome,
        watcher=watcher,
    ):
        if people is None or not len(people):
            files.replace(picture.name, [])
            continue
        joints, vertices = body.joints_and_vertices(people)
        if not told and _is_turned(picture):
            told = True
            watcher.warn(f"{picture.source}: {_TURNED}")
        scale = _scale(picture, people, settings)
        points = joint_pixels(joints[:, :_MATCHED_JOINTS], people) * np.float32(scale)
        written = layout(people, points, joints, vertices)
        outcome.people += len(files.replace(picture.name, [dumps(one) for one in written]))
    return outcome


def joint_pixels(joints: Float32, people: People) -> Float32:
    """(P, J, 3) m in the body's frame to (P, J, 2) px of the resized image."""
    size = torch.tensor(people.size)
    return project(torch.from_numpy(joints), torch.from_numpy(people.transl), size).numpy()


def _is_turned(picture: Picture) -> bool:
    return picture.bgr is not None and picture.bgr.shape[1] != picture.upright_width


_TURNED = (
    "has an EXIF rotation, which the network does not follow; joints are scaled by the width of "
    "the turned image, as in the published code. Save such images upright first."
)


def _scale(picture: Picture, people: People, settings: Settings) -> float:
    """From pixels of the resized image to the wanted ones, by the width as EXIF turns it."""
    return settings.factor * (settings.wanted_width or picture.upright_width) / people.size[1]


def rows(array: Array, person: int) -> Array:
    """One person's row of (P, ...) as an array of its own, (1, ...)."""
    return np.ascontiguousarray(array[person : person + 1])
