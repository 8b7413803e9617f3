"""The parts that AGORA's SMPL-X track measures one by one: which joints, vertices and root.

| part | joints | vertices | root |
|---|---|---|---|
| B body | 0..21 | all but hands and head | pelvis: the middle of the hips |
| LH, RH hands | 25..39, 40..54 | MANO's | wrist 20, 21 |
| F face | 76..126, the 51 landmarks | FLAME's head | neck 12 |
| FB full body | B + (LH + RH + F) / 3 of the errors, as hands and face have so many points | | |
| all | 0..126, all vertices, from the pelvis: what papers on other data call MPJPE and MVE | | |

Joint numbers are those of the smplx package's 127 (144 without the contour of the face).
The vertex numbers of MANO's hands, FLAME's head and the body are files with their own licences
(`MANO_SMPLX_vertex_ids.pkl`, `SMPL-X__FLAME_vertex_ids.npy`, `body_verts_smplx.npy`), so they are
read from the user's copies; without them the vertex errors of parts are left out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ...plain_pickle import loads
from .errors import EvaluationError

JOINTS = 127
ALL, FULL, BODY, LEFT, RIGHT, FACE = "all", "FB", "B", "LH", "RH", "F"


@dataclass(frozen=True, slots=True)
class Part:
    """What of a person is measured together."""

    name: str
    joints: slice
    root: tuple[int, ...]
    """Joints whose middle is laid onto each other first."""


PARTS = (
    Part(ALL, slice(0, JOINTS), (1, 2)),
    Part(BODY, slice(0, 22), (1, 2)),
    Part(LEFT, slice(25, 40), (20,)),
    Part(RIGHT, slice(40, 55), (21,)),
    Part(FACE, slice(76, JOINTS), (12,)),
)

VertexIds = Mapping[str, Array]
"""Part to vertex numbers, of the parts that are known."""


def vertex_ids(
    hands: Path | None = None, face: Path | None = None, body: Path | None = None
) -> dict[str, Array]:
    """Vertex numbers of parts, from the files that there are.

    Args:
        hands: MANO_SMPLX_vertex_ids.pkl (a dictionary with left_hand and right_hand), or .npz.
        face: SMPL-X__FLAME_vertex_ids.npy.
        body: body_verts_smplx.npy; without it everything that is neither hand nor face.

    Raises:
        EvaluationError: a file that holds something else.
    """
    ids: dict[str, Array] = {}
    if hands:
        content = read_arrays(hands)
        if not isinstance(content, Mapping) or not {"left_hand", "right_hand"} <= set(content):
            raise EvaluationError(f"{hands}: expected vertex numbers of left_hand and right_hand.")
        ids[LEFT], ids[RIGHT] = (
            _numbers(content[f"{side}_hand"], hands) for side in ("left", "right")
        )
    if face:
        ids[FACE] = _numbers(read_arrays(face), face)
    if body:
        ids[BODY] = _numbers(read_arrays(body), body)
    return ids


def with_rest_as_body(ids: VertexIds, vertex_count: int) -> dict[str, Array]:
    """The parts, everybody's vertices, and the body as what is left of them where no file said.

    Raises:
        EvaluationError: numbers past the last vertex.
    """
    complete = {ALL: np.arange(vertex_count), **ids}
    if BODY not in ids and {LEFT, RIGHT, FACE} <= set(ids):
        others = np.concatenate([ids[name] for name in (LEFT, RIGHT, FACE)])
        complete[BODY] = np.setdiff1d(complete[ALL], others)
    for name, numbers in complete.items():
        if len(numbers) and (numbers.min() < 0 or numbers.max() >= vertex_count):
            raise EvaluationError(
                f"vertex numbers of part {name} go up to {numbers.max()}, and the people have "
                f"{vertex_count} vertices: these numbers are of another body."
            )
    return complete


def read_arrays(path: Path) -> Any:
    """What a .npy, .npz or plain .pkl holds, without running anything in it.

    Raises:
        EvaluationError: it cannot be read.
        PlainPickleError: a pickle with more in it than plain arrays.
    """
    try:
        if path.suffix == ".pkl":
            return loads(path.read_bytes(), str(path))
        if path.suffix == ".npy":
            return np.load(path, allow_pickle=False)
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise EvaluationError(
            f"{path}: cannot be read ({error}). Expected .npz, .npy or a pickle of plain arrays."
        ) from None


def _numbers(content: Any, path: Path) -> Array:
    numbers = np.asarray(content).ravel()
    if not np.issubdtype(numbers.dtype, np.number) or not len(numbers):
        raise EvaluationError(f"{path}: expected vertex numbers, found {numbers.dtype}.")
    return np.unique(numbers.astype(np.int64))
