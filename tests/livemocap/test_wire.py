"""Messages survive the wire; nothing else does."""

from __future__ import annotations

import dataclasses
import random

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import one_of_each, pose_frame, track_frame

from livemocap import wire
from livemocap.messages import SCHEMA_VERSION, Message, MessageError

ONE_OF_EACH = pytest.mark.parametrize("message", one_of_each(), ids=lambda m: type(m).__name__)
MUTATIONS = 20_000


def assert_same(found: Message, expected: Message) -> None:
    assert type(found) is type(expected)
    for field in dataclasses.fields(expected):
        a, b = getattr(found, field.name), getattr(expected, field.name)
        if isinstance(b, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b


@ONE_OF_EACH
def test_a_message_comes_back_equal(message: Message) -> None:
    assert_same(wire.decode([bytes(part) for part in wire.encode(message)]), message)


@ONE_OF_EACH
def test_a_packed_message_comes_back_equal(message: Message) -> None:
    assert_same(wire.decode(wire.unpack(wire.pack(wire.encode(message)))), message)


@given(st.integers(0, 12), st.integers(0, 2**62), st.text(max_size=20))
def test_any_number_of_people_and_any_names_come_back(people: int, time: int, name: str) -> None:
    message = pose_frame(people, t_capture_ns=time, camera_id=name)
    assert_same(wire.decode(wire.encode(message)), message)


def test_what_arrives_cannot_be_written_to() -> None:
    found = wire.decode(wire.encode(pose_frame()))
    with pytest.raises(ValueError, match="read-only"):
        found.pelvis[0] = 0  # type: ignore[union-attr]


def test_another_schema_version_says_which_side_to_update() -> None:
    header, *arrays = wire.encode(track_frame())
    fields = msgpack.unpackb(header)
    for version, side in ((SCHEMA_VERSION - 1, "the sender"), (SCHEMA_VERSION + 1, "this side")):
        with pytest.raises(wire.WireError, match=f"update {side}"):
            wire.decode([msgpack.packb([version, *fields[1:]]), *arrays])


def test_shapes_that_disagree_about_people_are_refused() -> None:
    with pytest.raises(MessageError, match=r"pelvis has shape \(3, 3\)"):
        pose_frame(2, pelvis=np.zeros((3, 3), np.float32))


@pytest.mark.parametrize(
    ("field", "value"),
    [("sequence", "1"), ("sequence", True), ("sequence", 2**63), ("camera_id", 3), ("nope", 1)],
)
def test_a_field_of_the_wrong_type_is_refused(field: str, value: object) -> None:
    version, kind, scalars, arrays = msgpack.unpackb(wire.encode(track_frame())[0])
    header = msgpack.packb([version, kind, {**scalars, field: value}, arrays])
    with pytest.raises(wire.WireError, match="TrackFrame"):
        wire.decode([header, *wire.encode(track_frame())[1:]])


def _mutate(parts: list[bytes], rng: random.Random) -> list[bytes]:
    """A few random edits of bytes, lengths, and parts."""
    parts = list(parts)
    for _ in range(rng.randint(1, 3)):
        at = 0 if rng.random() < 0.7 else rng.randrange(len(parts))
        data = bytearray(parts[at])
        match rng.randrange(6):
            case 0 if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
            case 1 if data:
                del data[rng.randrange(len(data)) :]
            case 2:
                data[rng.randint(0, len(data)) : 0] = rng.randbytes(rng.randint(1, 9))
            case 3 if len(parts) > 1:
                del parts[at]
                continue
            case 4:
                parts.insert(at, rng.randbytes(rng.randint(0, 40)))
                continue
            case _:
                data = bytearray(rng.randbytes(rng.randint(0, 60)))
        parts[at] = bytes(data)
    return parts


@ONE_OF_EACH
def test_mutated_parts_raise_wire_error_and_nothing_else(message: Message) -> None:
    rng = random.Random(type(message).__name__)
    parts = [bytes(part) for part in wire.encode(message)]
    refused = 0
    for _ in range(MUTATIONS):
        try:
            wire.decode(_mutate(parts, rng))
        except wire.WireError:
            refused += 1
    assert refused > MUTATIONS // 10


def test_mutated_packed_messages_raise_wire_error_and_nothing_else() -> None:
    rng = random.Random(0)
    packed = wire.pack(wire.encode(track_frame()))
    refused = 0
    for _ in range(MUTATIONS):
        (data,) = _mutate([packed], rng)[:1] or [b""]
        try:
            wire.decode(wire.unpack(data))
        except wire.WireError:
            refused += 1
    assert refused > MUTATIONS // 10


@pytest.mark.parametrize("parts", [[], [b""], [b"\xc1"], [b"\x93\x01"], [b"\x81" * 5000]])
def test_what_is_no_message_at_all_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(parts)
