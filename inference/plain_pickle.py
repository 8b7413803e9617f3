"""Pickles of plain NumPy arrays: written for every NumPy, read without running what is in them.

AGORA and BEDLAM exchange pickles. `pickle.load` runs whatever a file asks for, so files are read
here by a reader that knows arrays, numbers, text, lists and dictionaries, and builds the arrays
itself: not even NumPy's own unpickling, which trusts the file's description of its memory, is
called.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from livemocap.rotation import Array

from .errors import InferenceError

_WRITTEN_BY_NUMPY_2 = b"cnumpy._core.multiarray\n"
_KNOWN_TO_ALL = b"cnumpy.core.multiarray\n"
_SIMPLE_TYPE = re.compile(r"(b1|[iu][1248]|f[248]|[SU]\d{1,6}|O8?)")
_PANDAS = (
    "It is a pandas table: convert it once, where pandas is installed, with "
    '`pickle.dump(pandas.read_pickle("TABLE.pkl").to_dict("list"), open("truth.pkl", "wb"))`.'
)


class PlainPickleError(InferenceError):
    """A pickle with more in it than plain data, or a damaged one."""


def dumps(content: Any) -> bytes:
    """Dictionaries, lists and arrays as a pickle that Python 3 with any NumPy loads.

    NumPy 2 names a module in its pickles that NumPy 1 does not have, and evaluation servers are
    old. The name both know is put in its place: in protocol 3 it stands as a line of text, without
    a length before it.
    """
    return pickle.dumps(content, protocol=3).replace(_WRITTEN_BY_NUMPY_2, _KNOWN_TO_ALL)


class StandIn:
    """Stands for an object of some library while a pickle is read: keeps the state that the object
    would be given, and does nothing that it would do."""

    def __init__(self, *_: object) -> None:
        self._state: Any = None

    def __setstate__(self, state: object) -> None:
        self._state = state

    def built(self) -> Any:
        """What there is in its place afterwards.

        Raises:
            ValueError: its state makes no sense.
        """
        raise NotImplementedError

    def named(self, *names: str) -> Any:
        """The first of the state's entries that there is, or None."""
        state = self._state if isinstance(self._state, dict) else {}
        return _built(next((state[name] for name in names if name in state), None))


StandIns = Callable[[str, str], "Callable[..., Any] | None"]
"""Module and name to what stands for it, or None where it is not known."""


def loads(encoded: bytes, name: str, stand_ins: StandIns = lambda _module, _name: None) -> Any:
    """The content of a pickle that holds plain data only.

    Args:
        name: what to call it in an error.
        stand_ins: for what else may be in it.

    Raises:
        PlainPickleError: it asks for anything else, or cannot be read to its end.
    """
    try:
        return _built(_PlainUnpickler(encoded, stand_ins).load())
    except _ForbiddenError as forbidden:
        why = _PANDAS if str(forbidden).startswith("pandas") else "Only plain arrays are read."
        raise PlainPickleError(
            f"{name}: wants to run {forbidden}, which is never done. {why}"
        ) from None
    except MemoryError:
        raise PlainPickleError(f"{name}: asks for more memory than there is.") from None
    except Exception as error:  # a damaged pickle can raise anything at all
        raise PlainPickleError(
            f"{name}: not a pickle of plain arrays, or damaged ({type(error).__name__}: {error})."
        ) from None


class _ForbiddenError(Exception):
    """What was asked for, as module.name."""


class _PlainUnpickler(pickle.Unpickler):
    def __init__(self, encoded: bytes, stand_ins: StandIns) -> None:
        super().__init__(io.BytesIO(encoded), encoding="latin1")
        self._stand_ins = stand_ins

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        known = _KNOWN.get((module_name, global_name)) or self._stand_ins(module_name, global_name)
        if known is None:
            raise _ForbiddenError(f"{module_name}.{global_name}")
        return known


class _Type:
    """Stands for np.dtype while a pickle is read."""

    def __init__(self, code: str, *_align_and_copy: object) -> None:
        if not _SIMPLE_TYPE.fullmatch(code):
            raise ValueError(f"array of type {code}")
        self.order = "<"
        self.code = code

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if any(part is not None for part in state[2:5]):
            raise ValueError("array of records")
        self.order = {"<": "<", ">": ">", "|": "|", "=": "<"}[state[1]]

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.code if self.code[0] == "O" else self.order + self.code)


class _Array:
    """Stands for np.ndarray while a pickle is read."""

    def __init__(self, *_class_shape_and_code: object) -> None:
        self.value = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, fortran, content = state
        self.value = _filled(content, kind, shape, "F" if fortran else "C")


def _filled(content: Any, kind: _Type, shape: tuple[int, ...], order: Any) -> Array:
    if kind.dtype.hasobject:
        array = np.empty(len(content), object)
        array[:] = [_built(entry) for entry in content] or array
        return array.reshape(shape, order=order)
    raw = content.encode("latin1") if isinstance(content, str) else content
    if not isinstance(raw, bytes | bytearray):
        raise ValueError(f"an array kept as {type(content).__name__}")
    return np.frombuffer(raw, kind.dtype).reshape(shape, order=order).copy()


def _from_buffer(content: Any, kind: _Type, shape: tuple[int, ...], order: str) -> _Array:
    array = _Array()
    array.value = _filled(content, kind, shape, "F" if order == "F" else "C")
    return array


def _scalar(kind: _Type, content: Any) -> Any:
    return _filled(content, kind, (1,), "C")[0]


def _raw_bytes(text: str, encoding: str) -> bytes:
    """How protocols before 3 write bytes."""
    if encoding != "latin1":
        raise ValueError(f"bytes as {encoding}")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """How protocols before 3 write bytes that are none."""
    return b""


def _built(content: Any, done: dict[int, Any] | None = None) -> Any:
    """`content` with NumPy's arrays where their stand-ins were.

    Args:
        done: by id, what has been built: a list that is in many places is built once.
    """
    if not isinstance(content, dict | list | tuple):
        return _built_alone(content)
    done = {} if done is None else done
    if id(content) not in done:
        done[id(content)] = _built_together(content, done)
    return done[id(content)]


def _built_together(content: Any, done: dict[int, Any]) -> Any:
    if isinstance(content, dict):
        return {key: _built(value, done) for key, value in content.items()}
    return type(content)(_built(entry, done) for entry in content)


def _built_alone(content: Any) -> Any:
    if isinstance(content, _Array):
        return content.value
    if isinstance(content, StandIn):
        return content.built()
    if content is None or isinstance(content, bool | int | float | str | bytes | np.generic):
        return content
    raise ValueError(f"{type(content).__name__} in it")


_KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _raw_bytes,
    ("collections", "OrderedDict"): dict,
    ("__builtin__", "bytes"): _no_bytes,
}
for _core in ("numpy.core", "numpy._core"):
    _KNOWN[f"{_core}.multiarray", "_reconstruct"] = _Array
    _KNOWN[f"{_core}.multiarray", "scalar"] = _scalar
    _KNOWN[f"{_core}.numeric", "_frombuffer"] = _from_buffer
