"""Meshes as OBJ text, which every 3D program opens."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


class ObjWriter:
    """Bodies that share their triangles.

    Args:
        faces: (F, 3) vertex numbers from 0.
    """

    def __init__(self, faces: Array) -> None:
        self._faces = _lines("f %d %d %d\n", np.asarray(faces) + 1)

    def content(self, vertices: Array) -> bytes:
        """An OBJ file with (V, 3) vertices in metres."""
        return _lines("v %.6f %.6f %.6f\n", vertices) + self._faces


def _lines(pattern: str, values: Array) -> bytes:
    """One `%` for all the rows, ten times faster than one for each."""
    return ((pattern * len(values)) % tuple(np.ravel(values).tolist())).encode("ascii")
