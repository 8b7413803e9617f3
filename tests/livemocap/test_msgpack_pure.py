"""The pure msgpack against the real one."""

import random
import subprocess
import sys
import textwrap

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import track_frame

from livemocap import msgpack_pure, wire

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(), inner, max_size=20),
    max_leaves=30,
)
_EDGES = [
    *(
        sign * 2**bits + step
        for bits in (5, 7, 8, 15, 16, 31, 32, 62)
        for sign in (1, -1)
        for step in (-1, 0, 1)
    ),
    -(2**63),
    2**64 - 1,
    *("x" * n for n in (0, 31, 32, 255, 256, 65535, 65536)),
    *(b"x" * n for n in (0, 255, 256, 65535, 65536)),
    *([0] * n for n in (0, 15, 16, 65535, 65536)),
    *({str(i): i for i in range(n)} for n in (0, 15, 16, 65536)),
]


@given(values)
def test_bytes_equal_those_of_msgpack(value: object) -> None:
    assert msgpack_pure.packb(value) == msgpack.packb(value)


@given(values)
def test_what_msgpack_packed_is_read_back(value: object) -> None:
    assert msgpack_pure.unpackb(msgpack.packb(value)) == value


@pytest.mark.parametrize("value", _EDGES, ids=lambda value: repr(value)[:12])
def test_every_width_of_size_and_int_is_as_msgpack_writes_it(value: object) -> None:
    assert msgpack_pure.packb(value) == msgpack.packb(value)
    assert msgpack_pure.unpackb(msgpack.packb(value)) == value


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_any_bytes_give_what_msgpack_gives_or_value_error(packed: bytes) -> None:
    try:
        found = msgpack_pure.unpackb(packed)
    except ValueError:
        return
    assert repr(found) == repr(msgpack.unpackb(packed, strict_map_key=True))


@given(values, st.data())
def test_truncated_bytes_are_refused(value: object, data: st.DataObject) -> None:
    packed = msgpack_pure.packb(value)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ValueError, match="truncated"):
        msgpack_pure.unpackb(packed[:cut])


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"\x91" * 40 + b"\x00", "deep"),
        (b"\xdd\xff\xff\xff\xff", "truncated"),
        (b"\xdf\xff\xff\xff\xff\x00", "truncated"),
        (b"\x00\x00", "too many"),
        (b"\xc1", "0xc1"),
        (b"\xd6\x00\x00\x00\x00\x00", "0xd6"),
        (b"\x81\x01\x02", "int as map key"),
        (b"\x81\x91\x01\x02", "list as map key"),
        (b"\xa1\xff", "utf-8"),
    ],
)
def test_what_it_cannot_read_is_refused_with_the_reason(packed: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        msgpack_pure.unpackb(packed)


def test_only_strict_reading_refuses_map_keys_that_are_no_text() -> None:
    assert msgpack_pure.unpackb(b"\x81\x01\x02", strict_map_key=False) == {1: 2}
    with pytest.raises(ValueError, match="list as map key"):
        msgpack_pure.unpackb(b"\x81\x91\x01\x02", strict_map_key=False)


def test_what_has_no_form_is_not_packed() -> None:
    with pytest.raises(TypeError, match="set"):
        msgpack_pure.packb({1})
    with pytest.raises(OverflowError):
        msgpack_pure.packb(2**64)
    nested: list[object] = []
    for _ in range(40):
        nested = [nested]
    with pytest.raises(ValueError, match="deep"):
        msgpack_pure.packb(nested)


def test_mutated_headers_raise_wire_error_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "msgpack", msgpack_pure)
    header, *arrays = wire.encode(track_frame())
    rng = random.Random(0)
    refused = 0
    for _ in range(20_000):
        mutated = bytearray(header)
        for _ in range(rng.randint(1, 4)):
            mutated[rng.randrange(len(mutated))] = rng.randrange(256)
        if rng.random() < 0.3:
            del mutated[rng.randrange(len(mutated)) :]
        try:
            wire.decode([bytes(mutated), *arrays])
        except wire.WireError:
            refused += 1
    assert refused > 10_000


def test_wire_speaks_the_same_bytes_without_msgpack() -> None:
    code = """
        import sys
        if sys.argv[1] == "pure":
            sys.modules["msgpack"] = None
        from livemocap import wire
        from livemocap.messages import Metrics
        assert ("pure" in wire.msgpack.__name__) == (sys.argv[1] == "pure")
        message = Metrics(role="track", t_ns=2**40, values={"fps": 29.97, "ids": [1, None, True]})
        assert wire.decode(wire.encode(message)) == message
        print(b"".join(wire.encode(message)).hex())
    """

    def encoded(which: str) -> str:
        command = [sys.executable, "-c", textwrap.dedent(code), which]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert encoded("pure") == encoded("real") != ""
