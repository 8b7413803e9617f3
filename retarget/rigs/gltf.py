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

_LOOKS = ("animations", "materials", "textures", "images", "samplers")
_OF_LOOKS = ("KHR_materials", "KHR_texture", "EXT_texture", "VRM")


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


def save_bones_and_skin(path: Path, copy: Path) -> None:
    """Write a binary glTF without motion and looks: Blender reads it several times faster, and
    kinds of pictures that it does not know are no hindrance."""
    said, raw = read_gltf(path), _bytes_of(path)
    if not raw.startswith(_MAGIC):
        raise RetargetError(f"{path}: text where a binary glTF is expected; call it .gltf")
    _drop_looks(said)
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    rest = raw[_json_end(raw) :]
    head = _HEADER.pack(_MAGIC, _VERSION, _JSON_AT + len(text) + len(rest))
    copy.write_bytes(head + _CHUNK.pack(len(text), _JSON_CHUNK) + text + rest)


def _drop_looks(said: dict[str, Any]) -> None:
    for key in _LOOKS:
        said.pop(key, None)
    for mesh in said.get("meshes", []):
        for primitive in mesh.get("primitives", []):
            primitive.pop("material", None)
            primitive.get("extensions", {}).pop("KHR_materials_variants", None)
    if "extensionsRequired" in said:
        needed = [name for name in said["extensionsRequired"] if not name.startswith(_OF_LOOKS)]
        said["extensionsRequired"] = needed


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
