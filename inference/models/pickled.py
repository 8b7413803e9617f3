"""Pickles of arrays, as SMPL and the pose prior are published: read without running what is in
them.

A pickle names the functions that make its content. Here few names are known: NumPy's arrays, and
stand-ins that only keep what they are given for SciPy's sparse matrices and chumpy's arrays.
Whatever else is named is refused before anything of it is made.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import WeightsError

_LARGEST = 1 << 30
"""Bytes of an array; SMPL's largest has a thirtieth of it."""


class _Kept:
    """Stands for an object of some library: the state it would be given, nothing it would do."""

    def __init__(self, *_: object) -> None:
        self.state: Any = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def array(self) -> Array | None:
        """The numbers in it, or nothing if there are none."""
        raise NotImplementedError

    def _named(self, *names: str) -> Any:
        """The first of the state's entries that there is, or None."""
        state = self.state if isinstance(self.state, dict) else {}
        return next((state[name] for name in names if name in state), None)


class _NumberType(_Kept):
    """numpy.dtype."""

    def __init__(self, code: object = "", *_: object) -> None:
        super().__init__()
        self.code = code

    def dtype(self) -> np.dtype[Any] | None:
        """Of numbers in their byte order; none of anything else."""
        order = self.state[1] if isinstance(self.state, tuple) and len(self.state) > 1 else "="
        if not (isinstance(self.code, str) and self.code[:1] in "biuf" and order in _ORDERS):
            return None
        try:
            return np.dtype(self.code).newbyteorder(order)
        except TypeError:
            return None


_ORDERS = ("<", ">", "=", "|")


class _NumPy(_Kept):
    """An array, made of its bytes by ourselves."""

    def array(self) -> Array | None:
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            return None
        _, shape, kind, fortran, content = self.state
        return _of_bytes(content, kind, shape, "F" if fortran else "C")


class _Chumpy(_Kept):
    """An array that chumpy could differentiate."""

    def array(self) -> Array | None:
        return _array(self._named("x"))


class _ByColumns(_Kept):
    """scipy.sparse.csc_matrix."""

    def array(self) -> Array | None:
        return _dense(*self._parts())

    def _parts(self) -> tuple[Any, ...]:
        parts = (_array(self._named(name)) for name in ("data", "indices", "indptr"))
        return self._named("_shape", "shape"), *parts


class _ByRows(_ByColumns):
    """scipy.sparse.csr_matrix."""

    def array(self) -> Array | None:
        shape, *parts = self._parts()
        columns = _dense(shape[::-1] if isinstance(shape, tuple) else None, *parts)
        return None if columns is None else columns.T


def read_pickle(path: Path) -> dict[str, Array]:
    """The arrays of a pickled dictionary, dense, by name; what else it holds is left out.

    Raises:
        WeightsError: it wants something else to be made, is damaged, or is no dictionary.
    """
    try:
        with path.open("rb") as file:
            return _arrays(_Restricted(file, encoding="latin1").load())
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    except (Exception, MemoryError) as error:  # any bytes at all can be in there
        raise WeightsError(
            f"{path}: is no pickle, damaged or cut short ({type(error).__name__}). Nothing in it "
            "was run. Download it again."
        ) from None


def _arrays(content: object) -> dict[str, Array]:
    if not isinstance(content, dict):
        raise WeightsError(
            f"holds a {type(content).__name__}, expected arrays by name, as in SMPL's files."
        )
    arrays = {str(name): _array(value) for name, value in content.items()}
    return {name: array for name, array in arrays.items() if array is not None}


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        if module.startswith("scipy.sparse") and name in _SPARSE:
            return _SPARSE[name]
        if module.split(".")[0] == "chumpy":
            return _Chumpy
        known = _KNOWN.get((module.replace("numpy._core", "numpy.core"), name))
        if known is None:
            raise WeightsError(
                f"wants {module}.{name} to be called while it is read. Arrays need no such thing, "
                "and a file that asks for it can do harm: it was refused and nothing in it was "
                "run. Take the file from its authors' page, which `livemocap models` names."
            )
        return known


class _Nothing:
    """Of which Python 2's objects are made; and numpy.ndarray, which is only named."""


def _empty(*_: object) -> _NumPy:
    """numpy.core.multiarray._reconstruct: an array's own state comes afterwards."""
    return _NumPy()


def _whole(content: object, kind: object, shape: object, order: object) -> Array | None:
    """numpy.core.numeric._frombuffer."""
    return _of_bytes(content, kind, shape, order)


def _scalar(kind: object, content: object = b"") -> Array | None:
    """numpy.core.multiarray.scalar."""
    return _of_bytes(content, kind, (), "C")


def _encoded(text: object, _encoding: object = "latin1") -> bytes:
    """_codecs.encode: how Python 3 writes bytes for Python 2."""
    return str(text).encode("latin1")


def _new(kind: type, *_: object) -> _Kept:
    """copy_reg._reconstructor: how Python 2 writes objects."""
    if not issubclass(kind, _Kept):
        raise WeightsError(f"wants a {kind.__name__} to be made, expected arrays.")
    return kind()


_SPARSE: Mapping[str, type[_Kept]] = MappingProxyType(
    {"csc_matrix": _ByColumns, "csr_matrix": _ByRows}
)
_KNOWN: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        ("numpy", "ndarray"): _Nothing,
        ("numpy", "dtype"): _NumberType,
        ("numpy.core.multiarray", "_reconstruct"): _empty,
        ("numpy.core.multiarray", "scalar"): _scalar,
        ("numpy.core.numeric", "_frombuffer"): _whole,
        ("_codecs", "encode"): _encoded,
        ("copy_reg", "_reconstructor"): _new,
        ("copyreg", "_reconstructor"): _new,
        ("__builtin__", "object"): _Nothing,
        ("builtins", "object"): _Nothing,
        ("__builtin__", "set"): set,
        ("builtins", "set"): set,
    }
)
"""What may be named, and what stands for it."""


def _array(value: object) -> Array | None:
    """As plain numbers, or nothing where it is something else."""
    if isinstance(value, _Kept):
        return None if isinstance(value, _NumberType) else value.array()
    if isinstance(value, (np.ndarray, int, float)):
        return np.asarray(value)
    return None


def _of_bytes(content: object, kind: object, shape: object, order: object) -> Array | None:
    """An array of its bytes; none if it is not one of numbers.

    Raises:
        ValueError: there are too few or too many bytes.
    """
    dtype = kind.dtype() if isinstance(kind, _NumberType) else None
    raw = content.encode("latin1") if isinstance(content, str) else content
    if dtype is None or not isinstance(raw, (bytes, bytearray)) or not isinstance(shape, tuple):
        return None
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if order == "F" else "C")


def _dense(shape: Any, values: Array | None, rows: Array | None, starts: Array | None) -> Array:
    """(rows, columns) of a matrix that is kept column by column.

    Raises:
        ValueError: what it is made of does not fit together.
    """
    if not isinstance(shape, tuple) or values is None or rows is None or starts is None:
        raise ValueError("a sparse matrix without its parts")
    height, width = (int(side) for side in shape)
    if min(height, width) < 1 or height * width * values.itemsize > _LARGEST:
        raise ValueError("a sparse matrix of no size that could be meant")
    columns = np.repeat(np.arange(width), np.diff(starts))
    dense = np.zeros((height, width), values.dtype)
    dense[rows, columns] = values
    return dense
