"""From pose and shape to joints and vertices: the installed SMPL-X body, or the open stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from livemocap.messages import Float32
from livemocap.rotation import Array

from ...body_model import BodyModel, default_body
from .errors import JobError
from .people import People

_FROM_POSE = np.r_[0:22, 52, 53, 53, 22:52]
"""SMPL-X's 55 joints in the pose's 53: body, jaw, both eyes (53: at rest), hands."""


class Body(Protocol):
    """Gives people a surface."""

    name: str
    faces: Array
    """(F, 3) vertex numbers."""

    def vertices(self, people: People) -> Float32:
        """(P, V, 3) m; add `transl` to stand them before the camera."""
        ...


class SmplxGeometry:
    """The body AiOS was trained with, evaluated for the people who are asked for.

    Args:
        path: SMPL-X's neutral model as .npz.
    """

    def __init__(self, path: Path, device: str = "cpu") -> None:
        from ..body import SmplxBody

        self.name = path.stem
        self._body: Any = SmplxBody.from_file(path).to(device).eval()
        self.faces = np.asarray(self._body.faces, np.int64)
        self._device = device

    def vertices(self, people: People) -> Float32:
        return self.joints_and_vertices(people)[1]

    def joints_and_vertices(self, people: People) -> tuple[Float32, Float32]:
        """(P, 144, 3) and (P, 10475, 3) m."""
        import torch

        inputs = (people.pose, people.betas, people.expression)
        with torch.inference_mode():
            made = self._body(*(torch.from_numpy(a).to(self._device) for a in inputs))
        joints, vertices = (np.asarray(array.cpu(), np.float32) for array in made)
        return joints, vertices


class OpenGeometry:
    """The open body with zero shape and expression: for looking at, not for measuring.

    Its shape coefficients mean something else than those AiOS predicts, and the mean pose that
    fingers are predicted against is part of the SMPL-X file, so hands look flatter than they are.
    """

    def __init__(self, body: BodyModel | None = None) -> None:
        self._body = body or default_body()
        self.name = self._body.id
        self.faces = self._body.faces

    def vertices(self, people: People) -> Float32:
        count = len(people)
        rest = np.zeros((count, 10), np.float32)
        pose = np.zeros((count, 54, 3), np.float32)
        pose[:, :53] = people.pose.reshape(count, 53, 3)
        pelvis = self._body.rest_joints(rest)[:, 0]
        return self._body.vertices(pose[:, _FROM_POSE], pelvis, rest).astype(np.float32)


def installed_body(device: str = "cpu") -> SmplxGeometry | None:
    """The SMPL-X body of the user's data folder, if it is there."""
    from ...models.store import installed

    path = installed("smplx")
    return SmplxGeometry(path, device) if path else None


def required_body(device: str = "cpu") -> SmplxGeometry:
    """The same for jobs that make no sense without it.

    Raises:
        JobError: it is not installed.
    """
    body = installed_body(device)
    if body is None:
        raise JobError(
            "joints and vertices need the SMPL-X body, which is not installed. Download "
            "SMPLX_NEUTRAL.npz (https://smpl-x.is.tue.mpg.de, free account, its own licence), then "
            "`livemocap models install SMPLX_NEUTRAL.npz`."
        )
    return body
