"""Predictions from submission files: a folder or a zip of `<image>_personId_<k>.pkl`."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ...plain_pickle import loads
from ..jobs.bodies import SmplxGeometry
from ..jobs.numbered import split_name
from ..jobs.people import People
from .errors import EvaluationError
from .matching import MATCHED_JOINTS
from .parts import JOINTS
from .person import Figure

_LARGEST_BYTES = 64 << 20
_POSE = ("global_orient", "body_pose", "left_hand_pose", "right_hand_pose", "jaw_pose")
_SIZES = {
    "global_orient": 3, "body_pose": 63, "left_hand_pose": 45, "right_hand_pose": 45,
    "jaw_pose": 3, "betas": 10, "expression": 10, "transl": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PredictedPeople:
    """Everybody whom one image's files tell of."""

    joints_px: Array
    """(P, 24, 2)."""
    figures: list[Figure]


class Predictions:
    """The files of a submission by image, read image by image.

    Args:
        path: the folder, the folder above `predictions`, or the zip.
        body: for files of parameters, which hold neither joints nor vertices.

    Raises:
        EvaluationError: nothing there, or not a single prediction in it.
    """

    def __init__(self, path: Path, body: Callable[[], SmplxGeometry]) -> None:
        self._files: defaultdict[str, list[tuple[int, str, Callable[[], bytes]]]] = defaultdict(
            list
        )
        self._body, self._loaded = body, None
        for name, read in _entries(path):
            parts = split_name(PurePosixPath(name).stem)
            if parts and name.endswith(".pkl"):
                self._files[parts[0]].append((parts[1], name, read))
        if not self._files:
            raise EvaluationError(
                f"{path}: no predictions in it, expected files called <image>_personId_<k>.pkl."
            )

    @property
    def images(self) -> set[str]:
        """Names of the images that have predictions."""
        return set(self._files)

    def people(self, image: str) -> PredictedPeople:
        """Everybody in one image, in the order of their numbers; nobody if no file tells of it.

        Raises:
            EvaluationError, PlainPickleError: a file that is not a prediction.
        """
        contents = [
            (name, loads(read(), name))
            for _, name, read in sorted(self._files.get(image, []), key=_number)
        ]
        points = [
            _array(content, "joints", (MATCHED_JOINTS, 2), name) for name, content in contents
        ]
        return PredictedPeople(
            np.stack(points) if points else np.zeros((0, MATCHED_JOINTS, 2)),
            self._figures(contents),
        )

    def _figures(self, contents: list[tuple[str, Any]]) -> list[Figure]:
        with_parameters = [(name, c["params"]) for name, c in contents if "params" in c]
        from_body = iter(self._posed(with_parameters) if with_parameters else ())
        return [next(from_body) if "params" in c else _measured(c, name) for name, c in contents]

    def _posed(self, parameters: list[tuple[str, Any]]) -> list[Figure]:
        """People of parameters, with the body they are parameters of."""
        self._loaded = self._loaded or self._body()
        joints, vertices = self._loaded.joints_and_vertices(_parameters(parameters))
        return [Figure(j[:JOINTS], v) for j, v in zip(joints, vertices, strict=True)]


def _number(file: tuple[int, str, Callable[[], bytes]]) -> int:
    return file[0]


def _entries(path: Path) -> list[tuple[str, Callable[[], bytes]]]:
    """Name of each file and how to read it."""
    if path.is_dir():
        inner = path / "predictions"
        folder = inner if inner.is_dir() else path
        return [(file.name, file.read_bytes) for file in folder.glob("*.pkl")]
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise EvaluationError(f"{path}: not a folder or a zip of predictions ({error}).") from None
    return [
        (entry.filename, lambda entry=entry: _read_entry(archive, entry))
        for entry in archive.infolist()
        if not entry.is_dir()
    ]


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > _LARGEST_BYTES:
        raise EvaluationError(f"{entry.filename}: {entry.file_size} bytes are no prediction.")
    try:
        return archive.read(entry)
    except (OSError, zipfile.BadZipFile) as error:
        raise EvaluationError(f"{entry.filename}: damaged ({error}).") from None


def _measured(content: Mapping[str, Any], name: str) -> Figure:
    """A person whose file holds joints and vertices."""
    joints = _array(content, "allSmplJoints3d", (JOINTS, 3), name)
    vertices = np.squeeze(np.asarray(content["verts"], float)) if "verts" in content else None
    if vertices is not None and (vertices.ndim != 2 or vertices.shape[1] != 3):
        raise EvaluationError(f"{name}: verts has shape {vertices.shape}, expected (V, 3).")
    return Figure(joints, vertices)


def _array(content: Any, key: str, shape: tuple[int, int], name: str) -> Array:
    """The first rows of a prediction's array.

    Raises:
        EvaluationError: it is not there or smaller.
    """
    if not isinstance(content, Mapping) or key not in content:
        raise EvaluationError(f"{name}: has no '{key}', expected a prediction of AGORA or BEDLAM.")
    array = np.squeeze(np.asarray(content[key], float))
    if array.ndim != 2 or array.shape[0] < shape[0] or array.shape[1] < shape[1]:
        raise EvaluationError(f"{name}: {key} has shape {array.shape}, expected {shape}.")
    return array[: shape[0], : shape[1]]


def _parameters(parameters: list[tuple[str, Any]]) -> People:
    """As the jobs keep people; boxes, scores and sizes play no part."""
    count = len(parameters)
    rows = {
        key: np.stack([_vector(one, key, size, name) for name, one in parameters])
        for key, size in _SIZES.items()
    }
    return People(
        size=(0, 0),
        scores=np.ones(count, np.float32),
        pose=np.concatenate([rows[key] for key in _POSE], -1),
        betas=rows["betas"],
        expression=rows["expression"],
        transl=rows["transl"],
        boxes=np.zeros((count, 4), np.float32),
    )


def _vector(parameters: Any, key: str, size: int, name: str) -> Array:
    found = (
        np.asarray(parameters[key], np.float32) if key in parameters else np.zeros(0, np.float32)
    )
    if found.size != size:
        raise EvaluationError(
            f"{name}: params has {key} of shape {found.shape}, expected (1, {size}): axis-angle, "
            "10 betas, 10 expressions."
        )
    return found.ravel()
