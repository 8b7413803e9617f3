"""Messages to bytes and back: a msgpack header, then each array's raw bytes.

No pickle, no executable types. Whatever arrives, `decode` returns a checked message or raises
WireError; docs/protocol.md describes the bytes for other languages.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Sequence
from functools import cache
from typing import Any, get_type_hints

import numpy as np

from livemocap.messages import MESSAGE_TYPES, SCHEMA_VERSION, Message, MessageError

try:
    import msgpack
except ImportError:  # inside Blender, whose Python has no msgpack
    from livemocap import msgpack_pure as msgpack

Buffer = bytes | bytearray | memoryview
_BY_NAME = {kind.__name__: kind for kind in MESSAGE_TYPES}
_SCALARS = {int: int, float: (float, int), str: str, bool: bool, dict: dict}


class WireError(ValueError):
    """Bytes that are no message of ours, or one of another version."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Layout:
    """How one message class is spread over header and array parts."""

    scalars: dict[str, type]
    required: frozenset[str]
    arrays: dict[str, np.dtype[Any]]
    kinds: dict[str, str]
    """Of the arrays, as NumPy writes them: `<f4`."""


@cache
def _layout(kind: type[Message]) -> _Layout:
    scalars: dict[str, type] = {}
    arrays: dict[str, np.dtype[Any]] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if hasattr(hint, "__metadata__"):
            arrays[name] = np.dtype(hint.__metadata__[0])
        else:
            scalars[name] = getattr(hint, "__origin__", hint)
    required = frozenset(
        f.name
        for f in dataclasses.fields(kind)
        if f.name in scalars
        and f.default is dataclasses.MISSING
        and f.default_factory is dataclasses.MISSING
    )
    return _Layout(scalars, required, arrays, {name: d.str for name, d in arrays.items()})


def encode(message: Message) -> list[Buffer]:
    """A message as ZeroMQ parts: [header, array bytes ...]; array parts share memory."""
    layout = _layout(type(message))
    arrays = [
        np.ascontiguousarray(getattr(message, name), dtype) for name, dtype in layout.arrays.items()
    ]
    header: Any = msgpack.packb(
        [
            SCHEMA_VERSION,
            type(message).__name__,
            {name: getattr(message, name) for name in layout.scalars},
            [
                [name, kind, array.shape]
                for (name, kind), array in zip(layout.kinds.items(), arrays, strict=True)
            ],
        ]
    )
    return [header, *(array.data.cast("B") if array.size else b"" for array in arrays)]


def decode(parts: Sequence[Buffer]) -> Message:
    """ZeroMQ parts (without the topic) to a message; arrays are read-only views of them.

    Raises:
        WireError: for anything else than a well-formed message of our schema version.
    """
    try:
        version, name, scalars, arrays = msgpack.unpackb(bytes(parts[0]), strict_map_key=True)
    except Exception as error:  # msgpack raises a dozen unrelated types on bad bytes
        raise WireError(f"no livemocap header: {error}") from None
    _require_version(version)
    kind = _BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        raise WireError(f"unknown message type {name!r}")
    layout = _layout(kind)
    values = _decode_scalars(layout, scalars, name)
    values |= _decode_arrays(layout, arrays, parts[1:], name)
    try:
        return kind(**values)
    except MessageError as error:
        raise WireError(str(error)) from None


def _require_version(version: object) -> None:
    if version == SCHEMA_VERSION:
        return
    if not isinstance(version, int):
        raise WireError(f"no livemocap header: schema version is {version!r}")
    older = "the sender" if version < SCHEMA_VERSION else "this side"
    raise WireError(f"schema version {version}, this side speaks {SCHEMA_VERSION}: update {older}")


def _decode_scalars(layout: _Layout, scalars: object, name: str) -> dict[str, Any]:
    if (
        not isinstance(scalars, dict)
        or not layout.required <= scalars.keys() <= layout.scalars.keys()
    ):
        raise WireError(f"{name}: fields missing or unknown in the header")
    for field, value in scalars.items():
        wanted = layout.scalars[field]
        if not isinstance(value, _SCALARS[wanted]) or (
            isinstance(value, bool) and wanted is not bool
        ):
            raise WireError(f"{name}.{field} is {type(value).__name__}, expected {wanted.__name__}")
        if wanted is int and not -(2**63) <= value < 2**63:
            raise WireError(f"{name}.{field} does not fit 64 bits")
    return dict(scalars)


def _decode_arrays(
    layout: _Layout, headers: object, parts: Sequence[Buffer], name: str
) -> dict[str, Any]:
    if (
        not isinstance(headers, list)
        or len(headers) != len(layout.arrays)
        or len(parts) != len(headers)
    ):
        raise WireError(f"{name}: expected {len(layout.arrays)} arrays")
    return {
        field: _decode_array(field, dtype, layout.kinds[field], header, part, name)
        for (field, dtype), header, part in zip(layout.arrays.items(), headers, parts, strict=True)
    }


def _decode_array(
    field: str, dtype: np.dtype[Any], kind: str, header: object, part: Buffer, name: str
) -> np.ndarray:
    shape = header[2] if isinstance(header, list) and len(header) == 3 else None
    if header != [field, kind, shape] or not isinstance(shape, list):
        raise WireError(f"{name}.{field}: bad array header")
    count = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 2**31:
            raise WireError(f"{name}.{field}: bad shape")
        count *= size
    size = part.nbytes if isinstance(part, memoryview) else len(part)
    if len(shape) > 4 or count * dtype.itemsize != size:
        raise WireError(f"{name}.{field}: {size} bytes do not make {tuple(shape)} {dtype}")
    array = np.ndarray(shape, dtype, part)
    array.flags.writeable = False
    return array


def pack(parts: Sequence[Buffer]) -> bytes:
    """Parts joined into one buffer, for takes: count, then length and bytes of each, `<I`."""
    joined = bytearray(struct.pack("<I", len(parts)))
    for part in parts:
        joined += struct.pack("<I", memoryview(part).nbytes)
        joined += part
    return bytes(joined)


def unpack(joined: Buffer) -> list[memoryview]:
    """The inverse of `pack`.

    Raises:
        WireError: when lengths and bytes disagree.
    """
    view = memoryview(joined)
    try:
        (count,) = struct.unpack_from("<I", view)
        parts, at = [], 4
        for _ in range(count):
            (size,) = struct.unpack_from("<I", view, at)
            parts.append(view[at + 4 : at + 4 + size])
            at += 4 + size
    except struct.error as error:
        raise WireError(f"truncated message: {error}") from None
    if at != len(view):
        raise WireError(f"{len(view)} bytes where the parts make {at}")
    return parts
