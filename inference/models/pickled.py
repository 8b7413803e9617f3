"""SMPL's bodies and the pose prior as they are published: pickles, read without running what is in
them. What SciPy's sparse matrices and chumpy's arrays hold is kept, neither is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import WeightsError
from ..plain_pickle import StandIn, loads

_LARGEST = 1 << 30
"""Bytes of an array; SMPL's largest has a thirtieth of it."""


def read_pickle(path: Path) -> dict[str, Array]:
    """The arrays of a pickled dictionary, dense, by name; what else it holds is left out.

    Raises:
        PlainPickleError: it wants something else to be made, or is damaged.
        WeightsError: it cannot be read, or is no dictionary.
    """
    try:
        content = loads(path.read_bytes(), str(path), _stand_in)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}).") from None
    if not isinstance(content, dict):
        raise WeightsError(
            f"{path}: holds a {type(content).__name__}, expected arrays by name, as in SMPL's "
            "files."
        )
    return {str(k): v for k, v in content.items() if isinstance(v, np.ndarray) and _is_plain(v)}


def _is_plain(array: Array) -> bool:
    return array.dtype.kind in "biuf"


class _Chumpy(StandIn):
    """An array that chumpy could differentiate."""

    def built(self) -> Any:
        return self.named("x")


class _ByColumns(StandIn):
    """scipy.sparse.csc_matrix."""

    def built(self) -> Array:
        shape = self.named("_shape", "shape")
        return _dense(shape, *(self.named(part) for part in ("data", "indices", "indptr")))


def _dense(shape: Any, values: Array, rows: Array, starts: Array) -> Array:
    """(rows, columns) of a matrix that is kept column by column.

    Raises:
        ValueError: what it is made of does not fit together.
    """
    height, width = (int(side) for side in shape)
    if min(height, width) < 1 or height * width * values.itemsize > _LARGEST:
        raise ValueError("a sparse matrix of no size that could be meant")
    columns = np.repeat(np.arange(width), np.diff(starts))
    dense = np.zeros((height, width), values.dtype)
    dense[rows, columns] = values
    return dense


class _Nothing:
    """What Python 2's objects are made from."""


def _made(kind: type, *_: object) -> StandIn:
    """How Python 2 makes objects."""
    if not issubclass(kind, StandIn):
        raise ValueError(f"a {kind.__name__}")
    return kind()


_STAND_INS: Mapping[tuple[str, str], Callable[..., Any]] = MappingProxyType(
    {
        ("copy_reg", "_reconstructor"): _made,
        ("copyreg", "_reconstructor"): _made,
        ("__builtin__", "object"): _Nothing,
        ("builtins", "object"): _Nothing,
        ("__builtin__", "set"): set,
        ("builtins", "set"): set,
    }
)


def _stand_in(module: str, name: str) -> Callable[..., Any] | None:
    if module.startswith("scipy.sparse") and name == "csc_matrix":
        return _ByColumns
    if module.split(".")[0] == "chumpy":
        return _Chumpy
    return _STAND_INS.get((module, name))
