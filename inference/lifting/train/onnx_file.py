"""ONNX files written by hand: the few parts of the format that a small net needs.

Protocol buffers, with the field numbers of onnx.proto. The onnx package is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from livemocap.rotation import Array

_IR_VERSION, _OPSET = 8, 13
_FLOAT, _INT64 = 1, 7
_KIND_INT = 2


@dataclass
class Graph:
    """Nodes in the order in which they run."""

    name: str
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)

    def constant(self, name: str, value: Array) -> str:
        """A float32 or int64 tensor; returns its name."""
        kind = _INT64 if value.dtype == np.int64 else _FLOAT
        content = value if kind == _INT64 else value.astype("<f4")
        dims = b"".join(_number(1, size) for size in value.shape)
        body = dims + _number(2, kind) + _text(8, name)
        self.tensors.append(body + _bytes(9, np.ascontiguousarray(content).tobytes()))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: int) -> str:
        """One operation with whole-number attributes; returns its output's name."""
        body = b"".join(_text(1, name) for name in inputs)
        body += _text(2, output) + _text(3, output) + _text(4, kind)
        for name, value in attributes.items():
            attribute = _text(1, name) + _number(3, value) + _number(20, _KIND_INT)
            body += _bytes(5, attribute)
        self.nodes.append(body)
        return output


def model(
    graph: Graph,
    inputs: Mapping[str, Sequence[str | int]],
    outputs: Mapping[str, Sequence[str | int]],
    properties: Mapping[str, str],
) -> bytes:
    """The file's content.

    Args:
        inputs: the shape of each, a name for every size that is free.
        properties: facts for whoever reads the file.
    """
    body = b"".join(_bytes(1, node) for node in graph.nodes) + _text(2, graph.name)
    body += b"".join(_bytes(5, tensor) for tensor in graph.tensors)
    body += b"".join(_bytes(11, _value(name, shape)) for name, shape in inputs.items())
    body += b"".join(_bytes(12, _value(name, shape)) for name, shape in outputs.items())
    file = _number(1, _IR_VERSION) + _text(2, "livemocap") + _bytes(7, body)
    file += _bytes(8, _number(2, _OPSET))
    for key, value in properties.items():
        file += _bytes(14, _text(1, key) + _text(2, value))
    return file


def _value(name: str, shape: Sequence[str | int]) -> bytes:
    """ValueInfoProto of a float tensor."""
    dims = b"".join(
        _bytes(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape
    )
    tensor = _number(1, _FLOAT) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _number(at: int, value: int) -> bytes:
    return _varint(at << 3) + _varint(value)


def _text(at: int, value: str) -> bytes:
    return _bytes(at, value.encode())


def _bytes(at: int, value: bytes) -> bytes:
    return _varint(at << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(encoded) + bytes([value])
