"""What glTF files (.glb, .gltf, .vrm) say in their JSON, without Blender."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ..errors import RetargetError

_MAGIC, _VERSION, _JSON_CHUNK = b"glTF", 2, b"JSON"
_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")
_JSON_AT = _HEADER.size + _CHUNK.size


def read_gltf(path: Path) -> dict[str, Any]:
    """The JSON of a .gltf, or inside one of the binary kinds.

    Raises:
        RetargetError: the file is missing, damaged or no glTF.
    """
    raw = _bytes_of(path)
    try:
        said = json.loads(raw[_JSON_AT : _json_end(raw)] if raw.startswith(_MAGIC) else raw)
    except (ValueError, struct.error) as error:
        raise RetargetError(f"{path}: damaged, or no glTF file ({error})") from None
    if not isinstance(said, dict) or "asset" not in said:
        raise RetargetError(f"{path}: no glTF file (it names no asset)")
    return said


def save_without_animations(path: Path, copy: Path) -> None:
    """Write a binary glTF as it is at rest, which Blender reads several times faster."""
    said, raw = read_gltf(path), _bytes_of(path)
    if not raw.startswith(_MAGIC):
        raise RetargetError(f"{path}: text where a binary glTF is expected; call it .gltf")
    said.pop("animations", None)
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    rest = raw[_json_end(raw) :]
    head = _HEADER.pack(_MAGIC, _VERSION, _JSON_AT + len(text) + len(rest))
    copy.write_bytes(head + _CHUNK.pack(len(text), _JSON_CHUNK) + text + rest)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror or error}") from None


def _json_end(raw: bytes) -> int:
    """Where the first chunk of a binary glTF ends."""
    length, kind = _CHUNK.unpack_from(raw, _HEADER.size)
    if kind != _JSON_CHUNK:
        raise ValueError("its first chunk is not JSON")
    return _JSON_AT + length
