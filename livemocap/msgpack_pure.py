"""The part of msgpack that our headers use, in pure Python, for hosts without the C extension.

Same names, keywords and bytes as the msgpack package for None, bool, int, float, str, bytes,
list, tuple and dict; no extension types. Blender's Python is such a host.
"""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 32
"""Nested containers beyond this are refused, in both directions."""

_FLOAT64 = struct.Struct(">d")
_NUMBERS = {
    0xCA: struct.Struct(">f"),
    0xCB: _FLOAT64,
    0xCC: struct.Struct(">B"),
    0xCD: struct.Struct(">H"),
    0xCE: struct.Struct(">I"),
    0xCF: struct.Struct(">Q"),
    0xD0: struct.Struct(">b"),
    0xD1: struct.Struct(">h"),
    0xD2: struct.Struct(">i"),
    0xD3: struct.Struct(">q"),
}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_SIZED = {
    0xC4: ("bytes", 1),
    0xC5: ("bytes", 2),
    0xC6: ("bytes", 4),
    0xD9: ("str", 1),
    0xDA: ("str", 2),
    0xDB: ("str", 4),
    0xDC: ("array", 2),
    0xDD: ("array", 4),
    0xDE: ("map", 2),
    0xDF: ("map", 4),
}
"""What follows a type byte: a size of so many bytes, then content of this kind."""


def packb(value: object) -> bytes:
    """`value` as msgpack bytes, in the shortest form as msgpack.packb writes it.

    Raises:
        TypeError: a type that msgpack has no form for here.
        OverflowError: an int beyond 64 bits.
        ValueError: nested too deeply, or text with lone surrogates.
    """
    packed = bytearray()
    _pack(value, packed, MAX_DEPTH)
    return bytes(packed)


def _pack(value: object, packed: bytearray, depth: int) -> None:
    match value:
        case None | bool():
            packed.append({None: 0xC0, False: 0xC2, True: 0xC3}[value])
        case int():
            packed += _pack_int(value)
        case float():
            packed.append(0xCB)
            packed += _FLOAT64.pack(value)
        case str():
            text = value.encode()
            packed += _size_head(len(text), (0xA0, 32), (0xD9, 0xDA, 0xDB))
            packed += text
        case bytes():
            packed += _size_head(len(value), (0, 0), (0xC4, 0xC5, 0xC6))
            packed += value
        case list() | tuple() | dict():
            _pack_container(value, packed, depth - 1)
        case _:
            raise TypeError(f"cannot pack a {type(value).__name__}")


def _pack_int(value: int) -> bytes:
    if -32 <= value < 128:
        return bytes([value & 0xFF])
    first = 0xCC if value >= 0 else 0xD0
    for kind in range(first, first + 4):
        try:
            return bytes([kind]) + _NUMBERS[kind].pack(value)
        except struct.error:
            continue
    raise OverflowError(f"{value} does not fit 64 bits")


def _pack_container(
    value: list[Any] | tuple[Any, ...] | dict[Any, Any], packed: bytearray, depth: int
) -> None:
    if depth < 0:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        packed += _size_head(len(value), (0x80, 16), (0, 0xDE, 0xDF))
        items = [part for pair in value.items() for part in pair]
    else:
        packed += _size_head(len(value), (0x90, 16), (0, 0xDC, 0xDD))
        items = list(value)
    for item in items:
        _pack(item, packed, depth)


def _size_head(size: int, short: tuple[int, int], kinds: tuple[int, int, int]) -> bytes:
    """Type byte and size; `short` is (type byte, first size too large for it).

    `kinds` are the type bytes for sizes of 1, 2 and 4 bytes; 0 where there is none.
    """
    if size < short[1]:
        return bytes([short[0] | size])
    for kind, width in zip(kinds, (1, 2, 4), strict=True):
        if kind and size < 1 << 8 * width:
            return bytes([kind]) + size.to_bytes(width, "big")
    raise ValueError(f"{size} items are too many")


def unpackb(packed: bytes, *, strict_map_key: bool = True) -> Any:
    """The value in `packed`; never builds more items than it has bytes.

    Args:
        strict_map_key: refuse map keys other than str and bytes.

    Raises:
        ValueError: truncated, followed by other bytes, nested too deeply or not msgpack.
    """
    unpacker = _Unpacker(packed, strict_map_key)
    value = unpacker.read(MAX_DEPTH)
    if unpacker.at != len(packed):
        raise ValueError(f"{len(packed) - unpacker.at} bytes too many")
    return value


class _Unpacker:
    """Reads values one after the other; `at` is where the next one starts."""

    __slots__ = ("_packed", "_strict_map_key", "at")

    def __init__(self, packed: bytes, strict_map_key: bool) -> None:
        self._packed, self._strict_map_key, self.at = packed, strict_map_key, 0

    def read(self, depth: int) -> Any:
        if self.at >= len(self._packed):
            raise ValueError("truncated")
        kind = self._packed[self.at]
        self.at += 1
        if kind < 0x80:
            return kind
        if kind < 0xC0:
            return self._read_short(kind, depth)
        if kind >= 0xE0:
            return kind - 256
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind in _NUMBERS:
            number = _NUMBERS[kind]
            return number.unpack(self._take(number.size))[0]
        return self._read_sized(kind, depth)

    def _read_short(self, kind: int, depth: int) -> Any:
        if kind >= 0xA0:
            return str(self._take(kind - 0xA0), "utf-8")
        if kind >= 0x90:
            return self._read_array(kind - 0x90, depth - 1)
        return self._read_map(kind - 0x80, depth - 1)

    def _read_sized(self, kind: int, depth: int) -> Any:
        if kind not in _SIZED:
            raise ValueError(f"unknown type byte 0x{kind:02x}")
        what, width = _SIZED[kind]
        size = int.from_bytes(self._take(width), "big")
        if what == "array":
            return self._read_array(size, depth - 1)
        if what == "map":
            return self._read_map(size, depth - 1)
        content = self._take(size)
        return content if what == "bytes" else str(content, "utf-8")

    def _read_array(self, size: int, depth: int) -> list[Any]:
        self._require(size, depth)
        return [self.read(depth) for _ in range(size)]

    def _read_map(self, size: int, depth: int) -> dict[Any, Any]:
        self._require(2 * size, depth)
        found = {}
        for _ in range(size):
            key = self.read(depth)
            if not isinstance(key, str | bytes) and (
                self._strict_map_key or isinstance(key, list | dict)
            ):
                raise ValueError(f"a {type(key).__name__} as map key")
            found[key] = self.read(depth)
        return found

    def _require(self, items: int, depth: int) -> None:
        if depth < 0:
            raise ValueError(f"nested more than {MAX_DEPTH} deep")
        if items > len(self._packed) - self.at:
            raise ValueError("truncated")

    def _take(self, size: int) -> bytes:
        taken = self._packed[self.at : self.at + size]
        if len(taken) != size:
            raise ValueError("truncated")
        self.at += size
        return taken
