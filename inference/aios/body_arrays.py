"""The arrays of an SMPL-X model, checked: from a file or from memory, dense or sparse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..body_file import BodyFile, BodyModelError

JOINTS = len(SMPLX.names)
VERTICES, FACES, LANDMARKS = 10475, 20908, 51
CONTOURS, CONTOUR_POINTS = 79, 17
BETAS = EXPRESSIONS = 10

_FIRST_EXPRESSION = {20: 10, 400: 300}
"""Column of shapedirs where expression begins, by how many columns there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyArrays:
    """What posing and skinning need of an SMPL-X model; lengths in metres."""

    template: Array
    """(V, 3)."""
    shape_directions: Array
    """(V, 3, 20): 10 betas, 10 expressions."""
    pose_directions: Array
    """(V, 3, 486)."""
    weights: Array
    """(V, 55)."""
    joint_regressor: Array
    """(55, V)."""
    hand_mean: Array
    """(30, 3) rad."""
    faces: Array
    """(F, 3) vertex numbers."""
    landmark_faces: Array
    """(51,) face numbers."""
    landmark_weights: Array
    """(51, 3) of the face's corners."""
    contour_faces: Array
    """(79, 17): by how far the head is turned."""
    contour_weights: Array
    """(79, 17, 3)."""


class BodySource(Protocol):
    """Where the arrays come from: `BodyFile`, or a mapping in memory."""

    @property
    def path(self) -> Path | str: ...

    def __contains__(self, name: str) -> bool: ...

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]: ...

    def read(self, name: str) -> Array: ...


class BodyMapping:
    """Arrays in memory under the names of an SMPL-X .npz."""

    path = "body model"

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays = arrays

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        array = self.read(name)
        return array.shape, array.dtype

    def read(self, name: str) -> Array:
        if name not in self:
            raise BodyModelError(
                f"{self.path}: has no array '{name}', expected an SMPL-X model with it. It has: "
                f"{', '.join(sorted(self._arrays)) or 'nothing'}."
            )
        array = np.asarray(self._arrays[name])
        if array.dtype.hasobject:
            raise BodyModelError(
                f"{self.path}: '{name}' is a Python object, expected a plain array; a sparse "
                f"matrix as '{name}_data', '{name}_indices', '{name}_indptr' (CSR)."
            )
        return array


def read_body(source: BodyFile | BodySource) -> BodyArrays:
    """Read and check everything.

    Raises:
        BodyModelError: what is missing or wrong, what was expected, what to do.
    """
    _check_joint_order(source)
    faces = _indices(source, "f", (FACES, 3), below=VERTICES)
    return BodyArrays(
        template=_floats(source, "v_template", (VERTICES, 3)),
        shape_directions=_shape_directions(source),
        pose_directions=_floats(source, "posedirs", (VERTICES, 3, 9 * (JOINTS - 1))),
        weights=_floats(source, "weights", (VERTICES, JOINTS)),
        joint_regressor=_joint_regressor(source),
        hand_mean=_hand_mean(source),
        faces=faces,
        landmark_faces=_indices(source, "lmk_faces_idx", (LANDMARKS,), below=FACES),
        landmark_weights=_floats(source, "lmk_bary_coords", (LANDMARKS, 3)),
        contour_faces=_indices(
            source, "dynamic_lmk_faces_idx", (CONTOURS, CONTOUR_POINTS), below=FACES
        ),
        contour_weights=_floats(source, "dynamic_lmk_bary_coords", (CONTOURS, CONTOUR_POINTS, 3)),
    )


def _read(source: BodySource, name: str, shape: tuple[int, ...]) -> Array:
    found, _ = source.header(name)
    if found != shape:
        raise BodyModelError(
            f"{source.path}: {name} has shape {found}, expected {shape} as in SMPL-X. "
            "SMPL and SMPL-H files will not do."
        )
    return source.read(name)


def _floats(
    source: BodySource, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.float32
) -> Array:
    array = _read(source, name, shape)
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise BodyModelError(
            f"{source.path}: {name} is not all finite numbers. Download the file again."
        )
    return array.astype(dtype)


def _indices(source: BodySource, name: str, shape: tuple[int, ...], below: int) -> Array:
    array = _floats(source, name, shape, np.float64)
    whole = array.astype(np.int64)
    if whole.min(initial=0) < 0 or whole.max(initial=0) >= below or (whole != array).any():
        raise BodyModelError(
            f"{source.path}: {name} is not all whole numbers from 0 to {below - 1}. "
            "Download the file again."
        )
    return whole


def _shape_directions(source: BodySource) -> Array:
    shape, _ = source.header("shapedirs")
    if shape[:2] != (VERTICES, 3) or len(shape) != 3 or shape[2] not in _FIRST_EXPRESSION:
        raise BodyModelError(
            f"{source.path}: shapedirs has shape {shape}, expected ({VERTICES}, 3, 20) or "
            f"({VERTICES}, 3, 400): 10 + 10 or 300 + 100 betas and expressions. Use an SMPL-X "
            "model; SMPL and SMPL-H files will not do."
        )
    directions = _floats(source, "shapedirs", shape)
    first = _FIRST_EXPRESSION[shape[2]]
    used = [directions[..., :BETAS], directions[..., first : first + EXPRESSIONS]]
    return np.concatenate(used, -1)


def _joint_regressor(source: BodySource) -> Array:
    """(55, V), in double precision: sums over thousands of vertices come from it."""
    if "J_regressor" in source or "J_regressor_data" not in source:
        return _floats(source, "J_regressor", (JOINTS, VERTICES), np.float64)
    starts = _read(source, "J_regressor_indptr", (JOINTS + 1,)).astype(np.int64)
    entries = source.header("J_regressor_data")[0]
    vertices = _indices(source, "J_regressor_indices", entries, below=VERTICES)
    if starts[0] != 0 or starts[-1] != len(vertices) or (np.diff(starts) < 0).any():
        raise BodyModelError(
            f"{source.path}: J_regressor_indptr does not divide its {len(vertices)} entries "
            f"into {JOINTS} rows. Save the sparse matrix again as CSR."
        )
    dense = np.zeros((JOINTS, VERTICES))
    rows = np.repeat(np.arange(JOINTS), np.diff(starts))
    np.add.at(dense, (rows, vertices), _floats(source, "J_regressor_data", entries))
    return dense


def _hand_mean(source: BodySource) -> Array:
    halves = [_floats(source, name, (45,)) for name in ("hands_meanl", "hands_meanr")]
    return np.concatenate(halves).reshape(30, 3)


def _check_joint_order(source: BodySource) -> None:
    parents = _read(source, "kintree_table", (2, JOINTS))[0].astype(np.int64)
    if not np.array_equal(parents[1:], SMPLX.parents[1:]):
        raise BodyModelError(
            f"{source.path}: kintree_table does not list SMPL-X's {JOINTS} joints in the order "
            "of the smplx package. Export the model again from an SMPL-X file."
        )
