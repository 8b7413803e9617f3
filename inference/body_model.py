"""The body: SMPL-X's 55 joints, shape and skin, whoever made the file it came from."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from .body_file import BodyFile, BodyModelError

OPEN_BODY = Path(__file__).parent / "body" / "open_body_neutral.npz"

_JOINTS = len(SMPLX.names)
_SHAPE_COLUMNS = {20: (10, 10), 400: (300, 100)}
"""Columns of shapedirs: how many are betas, how many are expression."""


class BodyModel:
    """One body file: its joints at rest, how shape moves them, and its skin.

    Lengths are metres, rotations parent-relative and relative to flat hands, as in PoseFrame.
    """

    def __init__(self, file: BodyFile) -> None:
        self._file = file
        self.id = file.path.stem
        self.hash = file.sha256[:16]
        self.vertex_count = _check(file)
        _, _, columns = file.header("shapedirs")[0]
        self.beta_count, self.expression_count = _SHAPE_COLUMNS[columns]
        template = file.read("v_template").astype(np.float32)
        directions = file.read("shapedirs").astype(np.float32)
        regressor = _Regressor(file)
        self._rest = regressor(template)
        self._rest_directions = regressor(directions)

    @classmethod
    def load(cls, path: Path = OPEN_BODY) -> BodyModel:
        """Read a body file.

        Raises:
            BodyModelError: what is wrong with the file, what was expected, how to fix it.
        """
        return cls(BodyFile(path))

    def rest_joints(self, betas: ArrayLike) -> Array:
        """(..., B) betas, or fewer than the body has, to (..., 55, 3) m."""
        b = np.asarray(betas, np.float32)
        return (
            self._rest + (self._rest_directions[..., : b.shape[-1]] @ b[..., None, :, None])[..., 0]
        )

    def vertices(
        self,
        joint_rotvecs: ArrayLike,
        pelvis: ArrayLike,
        betas: ArrayLike,
        expression: ArrayLike | None = None,
    ) -> Array:
        """Skin people: the fields of a PoseFrame to (P, V, 3) m in the same frame.

        Args:
            joint_rotvecs: (P, 55, 3) rad.
            pelvis: (P, 3) m.
            betas: (P, B).
            expression: (P, E), or none for a neutral face.
        """
        local = matrix_from_rotvec(np.asarray(joint_rotvecs, np.float32))
        coefficients = self._coefficients(betas, expression)
        shaped = self._template + coefficients @ self._directions
        if self._pose_directions is not None:
            bends = (local[:, 1:] - np.eye(3, dtype=np.float32)).reshape(len(local), -1)
            shaped += bends @ self._pose_directions
        rest = self._rest + (self._rest_directions @ coefficients[:, None, :, None])[..., 0]
        return self._skin(shaped, rest, local, np.asarray(pelvis, np.float32))

    def _coefficients(self, betas: ArrayLike, expression: ArrayLike | None) -> Array:
        """(P, B + E): what the columns of shapedirs are multiplied with."""
        b = np.asarray(betas, np.float32)
        c = np.zeros((len(b), self.beta_count + self.expression_count), np.float32)
        c[:, : b.shape[1]] = b
        if expression is not None:
            e = np.asarray(expression, np.float32)
            c[:, self.beta_count : self.beta_count + e.shape[1]] = e
        return c

    def _skin(self, shaped: Array, rest: Array, local: Array, pelvis: Array) -> Array:
        """Linear blend skinning; one matrix product, which beats gathering the top few weights.

        Args:
            shaped: (P, 3 * V), all x, then all y, then all z: NumPy is fast along long rows.
        """
        world = global_rotations(local, SMPLX)
        joints = joint_positions(world, rest, pelvis, SMPLX)
        shift = joints - (world @ rest[..., None])[..., 0]
        rows = np.concatenate([world, shift[..., None]], -1).astype(np.float32)
        rows = np.moveaxis(rows, 1, -1).reshape(-1, _JOINTS)
        matrices = (rows @ self._weights_by_joint).reshape(-1, 3, 4, self.vertex_count)
        points = shaped.reshape(-1, 3, self.vertex_count)
        placed = np.einsum("pikv,pkv->piv", matrices[:, :, :3], points) + matrices[:, :, 3]
        return np.ascontiguousarray(placed.swapaxes(1, 2))

    @cached_property
    def _template(self) -> Array:
        """(3 * V,) m."""
        return _by_axis(self._file.read("v_template")).ravel()

    @cached_property
    def _directions(self) -> Array:
        """(B + E, 3 * V) m."""
        return _by_axis(self._file.read("shapedirs")).reshape(-1, 3 * self.vertex_count)

    @cached_property
    def _weights_by_joint(self) -> Array:
        """(55, V)."""
        return np.ascontiguousarray(self._file.read("weights").T, np.float32)

    @cached_property
    def faces(self) -> Array:
        """(F, 3) vertex numbers of the triangles."""
        return self._file.read("f").astype(np.int64)

    @cached_property
    def expression_names(self) -> tuple[str, ...]:
        """What the expression coefficients are called, where the file says so."""
        if "expression_names" not in self._file:
            return ()
        return tuple(str(name) for name in self._file.read("expression_names"))

    @cached_property
    def hand_mean(self) -> Array:
        """(30, 3) rad, the mean finger pose that some engines' outputs are relative to."""
        halves = [self._file.read(name).ravel() for name in ("hands_meanl", "hands_meanr")]
        return np.concatenate(halves).reshape(30, 3).astype(np.float32)

    @cached_property
    def _pose_directions(self) -> Array | None:
        """(486, 3 * V) pose correctives, or none where the body has only zeros for them."""
        if "posedirs" not in self._file or self._file.is_zero("posedirs"):
            return None
        return _by_axis(self._file.read("posedirs")).reshape(-1, 3 * self.vertex_count)


def _by_axis(per_vertex: Array) -> Array:
    """(V, 3, ...) to (..., 3, V), contiguous."""
    return np.ascontiguousarray(per_vertex.T, np.float32)


class _Regressor:
    """The joint regressor as its few non-zero entries, whether the file has it dense or sparse."""

    def __init__(self, file: BodyFile) -> None:
        if "J_regressor" in file:
            dense = file.read("J_regressor")
            rows, self._vertices = np.nonzero(dense)
            values = dense[rows, self._vertices]
        else:
            values, self._vertices, starts = (
                file.read(f"J_regressor_{part}") for part in ("data", "indices", "indptr")
            )
            rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        self._weights = np.zeros((_JOINTS, len(values)), np.float32)
        self._weights[rows, np.arange(len(values))] = values

    def __call__(self, per_vertex: Array) -> Array:
        """(V, 3, ...) to (55, 3, ...)."""
        return np.tensordot(self._weights, per_vertex[self._vertices], 1)


def _check(file: BodyFile) -> int:
    """Refuse a file that is not an SMPL-X body; return its number of vertices."""
    vertices = file.header("v_template")[0][0]
    _expect(file, "v_template", (vertices, 3))
    _expect(file, "weights", (vertices, _JOINTS))
    if "J_regressor_data" not in file:
        _expect(file, "J_regressor", (_JOINTS, vertices))
    shape = file.header("shapedirs")[0]
    if len(shape) != 3 or shape[:2] != (vertices, 3) or shape[2] not in _SHAPE_COLUMNS:
        raise BodyModelError(
            f"{file.path}: shapedirs has shape {shape}, expected ({vertices}, 3, 20) or "
            f"({vertices}, 3, 400): 10 + 10 or 300 + 100 betas and expressions. Use an SMPL-X "
            "model; SMPL and SMPL-H files will not do."
        )
    if "posedirs" in file:
        _expect(file, "posedirs", (vertices, 3, 9 * (_JOINTS - 1)))
    _check_joint_order(file)
    return vertices


def _expect(file: BodyFile, name: str, wanted: tuple[int, ...]) -> None:
    found = file.header(name)[0]
    if found != wanted:
        raise BodyModelError(
            f"{file.path}: {name} has shape {found}, expected {wanted} as in SMPL-X. "
            "SMPL and SMPL-H files will not do."
        )


def _check_joint_order(file: BodyFile) -> None:
    parents = file.read("kintree_table")[0].astype(np.int64)
    if parents.shape != (_JOINTS,) or not np.array_equal(parents[1:], SMPLX.parents[1:]):
        raise BodyModelError(
            f"{file.path}: kintree_table does not list SMPL-X's {_JOINTS} joints in the order of "
            "the smplx package. Export the model again from an SMPL-X file."
        )


@cache
def default_body() -> BodyModel:
    """The open body that is part of the product."""
    return BodyModel.load(OPEN_BODY)
