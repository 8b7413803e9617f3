"""Binary FBX as records, read and written."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from retarget.errors import RetargetError
from retarget.fbx import FbxMotion, FbxSkeleton, write_fbx
from retarget.fbx.tree import Tree, decode, encode, node, read_tree, write_tree

SHARED = Path(__file__).parents[4] / "shared" / "rigs"
FILES = sorted(SHARED.glob("*.fbx")) if SHARED.is_dir() else []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    skeleton = FbxSkeleton(
        names=("root", "tip"),
        parents=(-1, 0),
        rest_local_translation=np.ones((2, 3)),
        rest_local_rotation=np.tile([1.0, 0, 0, 0], (2, 1)),
    )
    motion = FbxMotion(rotations=np.tile([1.0, 0, 0, 0], (40, 2, 1)))
    write_fbx(tmp_path / "a.fbx", skeleton, motion, Fraction(30))
    return tmp_path / "a.fbx"


@pytest.mark.parametrize(
    "value",
    [True, 7, -(2**31), np.int64(2**62), np.int16(-3), 1.5, "Hüfte\x00\x01Model", b"\x00\xff"],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize("kind", ["f4", "f8", "i4", "i8", "?"])
@pytest.mark.parametrize("count", [0, 3, 500])
def test_an_array_comes_back_as_it_was(kind: str, count: int) -> None:
    values = np.arange(count).astype(kind)
    found = decode(encode(values))
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_what_fbx_has_no_property_for_is_an_error() -> None:
    with pytest.raises(TypeError, match="complex"):
        encode(1j)
    with pytest.raises(struct.error):
        encode(2**40)


@pytest.mark.parametrize("version", [7400, 7500])
def test_a_tree_comes_back_as_it_was(version: int, tmp_path: Path) -> None:
    nodes = [
        node("A", 1, "x", children=[node("B", np.arange(100.0)), node("Empty", closed=True)]),
        node("C"),
    ]
    nodes[0].closed = True  # as reading finds everything that has children
    write_tree(tmp_path / "a.fbx", Tree(version, nodes))
    assert read_tree(tmp_path / "a.fbx") == Tree(version, nodes)


@pytest.mark.skipif(not FILES, reason="needs the folder ../shared/rigs")
@pytest.mark.parametrize("source", FILES, ids=lambda path: path.stem)
def test_files_of_other_programs_are_written_back_byte_for_byte(
    source: Path, tmp_path: Path
) -> None:
    write_tree(tmp_path / "copy.fbx", read_tree(source))
    written, read = (tmp_path / "copy.fbx").read_bytes(), source.read_bytes()
    end = read.rindex(b"\x00" * 120) - 40  # programs disagree on how many zeros end a file
    assert written[:end] == read[:end]
    assert written[-16:] == read[-16:]


def test_a_file_that_was_cut_off_is_said_to_be_damaged(file: Path) -> None:
    whole = file.read_bytes()
    for size in range(30, len(whole) - 200, 97):
        file.write_bytes(whole[:size])
        with pytest.raises(RetargetError, match=r"a\.fbx: damaged FBX file") as failed:
            read_tree(file)
        assert "\n" not in str(failed.value)


def test_a_file_with_wrong_bytes_is_read_or_refused(file: Path) -> None:
    whole, rng = bytearray(file.read_bytes()), np.random.default_rng(0)
    for at in rng.integers(27, len(whole), 400):
        wrong = bytearray(whole)
        wrong[at] ^= 1 << rng.integers(8)
        file.write_bytes(wrong)
        try:
            read_tree(file)
        except RetargetError:
            continue


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"; FBX 7.4.0 project file\n", "no binary FBX"),
        (b"", "no binary FBX"),
        (b"Kaydara FBX Binary  \x00\x1a\x00" + (6100).to_bytes(4, "little"), r"version 6\.1"),
    ],
    ids=["text", "empty", "old"],
)
def test_what_is_no_file_of_ours_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.fbx").write_bytes(content)
    with pytest.raises(RetargetError, match=why):
        read_tree(tmp_path / "a.fbx")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match=r"none\.fbx: No such file"):
        read_tree(tmp_path / "none.fbx")
