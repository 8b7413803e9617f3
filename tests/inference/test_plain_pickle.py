"""Pickles of plain arrays: opened by everybody, and nothing in them is ever run."""

from __future__ import annotations

import contextlib
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.plain_pickle import PlainPickleError, dumps, loads

CONTENT: dict[str, Any] = {
    "params": {"betas": np.arange(10, dtype=np.float32)[None], "eye": np.zeros((1, 3))},
    "names": ["a", "ä"],
    "count": 3,
    "share": np.float32(0.25),
    "flags": np.array([True, False]),
    "text": np.array(["x.png", "yy.png"]),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big endian": np.arange(3, dtype=">i4"),
    "ragged": np.array([np.zeros(2), np.ones(3)], dtype=object),
    "nothing": None,
    "empty": np.zeros((0, 24, 2)),
}


def assert_equal(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_equal(found[key], expected[key])
    elif isinstance(expected, np.ndarray) and expected.dtype == object:
        assert found.shape == expected.shape
        for one, other in zip(found.flat, expected.flat, strict=True):
            assert_equal(one, other)
    elif isinstance(expected, np.ndarray | np.generic):
        assert found.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
        np.testing.assert_array_equal(found, expected)
    else:
        assert found == expected


def test_pythons_own_pickle_opens_what_is_written() -> None:
    assert_equal(pickle.loads(dumps(CONTENT)), CONTENT)


def test_old_numpy_finds_every_module_that_is_named() -> None:
    written = dumps(CONTENT)
    assert b"numpy.core.multiarray" in written
    assert b"numpy._core" not in written


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_other_programs_is_read(protocol: int) -> None:
    assert_equal(loads(pickle.dumps(CONTENT, protocol), "it"), CONTENT)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_code_in_a_pickle_is_refused_and_not_run(protocol: int, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "was run"),)

    encoded = pickle.dumps({"joints": np.zeros(3), "more": Bomb()}, protocol)
    with pytest.raises(PlainPickleError, match=r"a\.pkl: wants to run (posix|nt)\.mkdir"):
        loads(encoded, "a.pkl")
    assert not (tmp_path / "was run").exists()


def test_a_pandas_table_is_refused_with_how_to_convert_it() -> None:
    table = b"cpandas.core.frame\nDataFrame\n."
    with pytest.raises(PlainPickleError, match=r"pandas table.*to_dict"):
        loads(table, "validation.pkl")


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-20], lambda b: b"hello", lambda b: b[: len(b) // 2]]
)
def test_a_damaged_pickle_is_a_clear_error(damage: Any) -> None:
    with pytest.raises(PlainPickleError, match=r"x\.pkl: not a pickle of plain arrays, or damaged"):
        loads(damage(dumps(CONTENT)), "x.pkl")


def test_an_array_that_is_longer_than_its_bytes_is_refused() -> None:
    honest = dumps(np.zeros(3, np.float32))
    lying = honest.replace(b"K\x03\x85", b"K\x09\x85", 1)
    assert lying != honest
    with pytest.raises(PlainPickleError):
        loads(lying, "x.pkl")


def test_lists_that_hold_one_list_many_times_are_built_once() -> None:
    """Built one by one they would be 10 to the 30th."""
    content: Any = ["a"]
    for _ in range(30):
        content = [content] * 10
    found = loads(pickle.dumps(content), "x.pkl")
    for _ in range(30):
        found = found[9]
    assert found == ["a"]


class _Counted:
    """Pickles as an array of so many bytes, none of which the file has."""

    def __reduce__(self) -> Any:
        empty = np.zeros(0, np.uint8)
        make, given = empty.__reduce__()[:2]
        return make, given, (1, (1 << 20,), empty.dtype, False, 1 << 20)


def test_an_array_of_which_only_the_size_is_there_is_refused() -> None:
    with pytest.raises(PlainPickleError, match="an array kept as int"):
        loads(pickle.dumps(_Counted()), "x.pkl")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(noise: bytes) -> None:
    for encoded in (noise, dumps(CONTENT)[:300] + noise):
        with contextlib.suppress(PlainPickleError):
            loads(encoded, "x")
