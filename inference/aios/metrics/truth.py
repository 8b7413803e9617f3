"""Ground truth from files: .npz, or a pickle of plain arrays, one file or a folder of them.

Two layouts, told apart by their keys; docs/aios-jobs.md shows both.

*People*: one row for each person.
    image (N,) names; joints2d (N, J >= 24, 2) px; joints3d (N, 127 or more, 3) m; optional:
    vertices (N, V, 3) m, valid (N,), occlusion (N,) percent.

*Images*: AGORA's table as a dictionary of columns, one entry for each image, with a list for
its people in each: imgPath, gt_joints_2d, gt_joints_3d; optional: gt_verts, isValid, occlusion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..jobs.agora import SMALL_SIZE
from ..jobs.sources import SUFFIXES
from .errors import EvaluationError
from .matching import MATCHED_JOINTS
from .parts import JOINTS, read_arrays
from .person import Figure

MOST_HIDDEN = 90.0
"""Percent: people of whom more is hidden are ignored."""

_COLUMNS = {
    "joints2d": "gt_joints_2d",
    "joints3d": "gt_joints_3d",
    "vertices": "gt_verts",
    "valid": "isValid",
    "occlusion": "occlusion",
}
_REQUIRED = ("joints2d", "joints3d")


@dataclass(frozen=True, slots=True)
class TruePeople:
    """Everybody in one image."""

    image: str
    """The name that its results have."""
    joints_px: Array
    """(T, J, 2)."""
    figures: list[Figure]
    counted: Array
    """(T,) False for who is ignored."""
    occlusion: Array
    """(T,) percent, NaN where nobody said."""


def read_truth(path: Path) -> Iterator[TruePeople]:
    """Image after image; files of a folder are read one after the other.

    Raises:
        EvaluationError, PlainPickleError: a file that cannot be read or has other arrays in it.
    """
    files = _files(path)
    for file in files:
        content = read_arrays(file)
        if not isinstance(content, Mapping):
            raise EvaluationError(
                f"{file}: expected arrays by name, found {type(content).__name__}."
            )
        yield from _images(content, file)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise EvaluationError(f"{path}: no such file or folder of ground truth (.npz or .pkl).")
    if not path.is_dir():
        return [path]
    files = sorted(p for p in path.iterdir() if p.suffix in (".npz", ".pkl"))
    if not files:
        raise EvaluationError(f"{path}: no .npz and no .pkl of ground truth in it.")
    return files


def _images(content: Mapping[str, Any], file: Path) -> Iterator[TruePeople]:
    if "imgPath" in content:
        yield from _of_table(content, file)
    elif "image" in content:
        yield from _of_people(content, file)
    else:
        raise EvaluationError(
            f"{file}: has {', '.join(map(str, content)) or 'nothing'}, expected ground truth with "
            "image, joints2d, joints3d, or AGORA's imgPath, gt_joints_2d, gt_joints_3d."
        )


def _of_people(content: Mapping[str, Any], file: Path) -> Iterator[TruePeople]:
    """Rows of people, gathered by image in the order in which images first come."""
    images = np.asarray([_key(str(name)) for name in np.ravel(content["image"])])
    columns = {name: content[name] for name in _COLUMNS if name in content}
    _require(columns, _REQUIRED, file)
    for name, column in columns.items():
        if len(column) != len(images):
            raise EvaluationError(
                f"{file}: {name} has {len(column)} rows, image has {len(images)}."
            )
    for image in dict.fromkeys(images.tolist()):
        rows = np.flatnonzero(images == image)
        yield _people(
            image, {name: [column[r] for r in rows] for name, column in columns.items()}, file
        )


def _of_table(content: Mapping[str, Any], file: Path) -> Iterator[TruePeople]:
    """One entry of each column for each image."""
    columns = {name: content[column] for name, column in _COLUMNS.items() if column in content}
    _require(columns, _REQUIRED, file)
    for at, image in enumerate(content["imgPath"]):
        entries = {name: list(column[at]) for name, column in columns.items()}
        yield _people(_key(str(image)), entries, file)


def _key(image: str) -> str:
    """An image's name or path to what its results are called."""
    path = PurePath(image)
    name = path.stem if path.suffix.lower() in SUFFIXES else path.name
    return name.split(SMALL_SIZE)[0]


def _people(image: str, columns: Mapping[str, list[Any]], file: Path) -> TruePeople:
    try:
        return _checked(image, columns)
    except (ValueError, TypeError, IndexError) as error:
        raise EvaluationError(f"{file}: people of {image}: {error}") from None


def _checked(image: str, columns: Mapping[str, list[Any]]) -> TruePeople:
    count = len(columns["joints2d"])
    for name, column in columns.items():
        if len(column) != count:
            raise ValueError(f"{name} of {len(column)} people, joints2d of {count}")
    occlusion = np.array(columns.get("occlusion", [np.nan] * count), float).reshape(count)
    valid = np.array(columns.get("valid", [True] * count), bool).reshape(count)
    seen = np.isnan(occlusion) | ((occlusion >= 0) & (occlusion <= MOST_HIDDEN))
    points = [_points(entry, 2, MATCHED_JOINTS, "joints2d") for entry in columns["joints2d"]]
    return TruePeople(
        image=image,
        joints_px=np.stack(points) if points else np.zeros((0, MATCHED_JOINTS, 2)),
        figures=_figures(columns),
        counted=valid & seen,
        occlusion=occlusion,
    )


def _figures(columns: Mapping[str, list[Any]]) -> list[Figure]:
    joints = [_points(entry, 3, JOINTS, "joints3d")[:JOINTS] for entry in columns["joints3d"]]
    if "vertices" not in columns:
        return [Figure(entry, None) for entry in joints]
    surfaces = [_points(entry, 3, 1, "vertices") for entry in columns["vertices"]]
    return [Figure(*pair) for pair in zip(joints, surfaces, strict=True)]


def _points(entry: Any, dimensions: int, least: int, name: str) -> Array:
    """(N, dimensions) numbers, N at least `least`."""
    points = np.squeeze(np.asarray(entry, float))
    if points.ndim != 2 or points.shape[1] != dimensions or len(points) < least:
        raise ValueError(
            f"{name} has shape {points.shape}, expected ({least} or more, {dimensions})"
        )
    return points


def _require(columns: Mapping[str, Any], names: tuple[str, ...], file: Path) -> None:
    missing = [name for name in names if name not in columns]
    if missing:
        raise EvaluationError(
            f"{file}: has no {' and no '.join(missing)} "
            f"({' / '.join(_COLUMNS[name] for name in missing)} in AGORA's table)."
        )
