"""What our own reader makes of FBX files: ours come out as they went in, others are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from livemocap.rotation import quat_from_rotvec
from retarget.errors import RetargetError
from retarget.fbx import FbxMotion, FbxSkeleton, write_fbx
from retarget.fbx.clip import read_clip, seconds
from retarget.fbx.properties import properties
from retarget.fbx.tree import Node, encode, read_tree, write_tree


@pytest.fixture(params=["cm", "m"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Two bones of 1 m, one on the other, that lean to the left by a quarter turn and rise."""
    rest = np.tile([0.0, 1.0, 0.0], (2, 1))
    bones = FbxSkeleton(
        names=("root", "Spitze ä"),
        parents=(-1, 0),
        rest_local_translation=rest,
        rest_local_rotation=np.tile([1.0, 0, 0, 0], (2, 1)),
    )
    turns = np.zeros((3, 2, 3))
    turns[:, 0, 2] = np.radians([0, 45, 90])
    rising = np.array([[0, 1.0, 0], [0, 1.5, 0], [0, 2.0, 0]])
    motion = FbxMotion(rotations=quat_from_rotvec(turns), translations=rising)
    write_fbx(tmp_path / "a.fbx", bones, motion, Fraction(25), units=request.param)
    return tmp_path / "a.fbx"


def test_bones_are_where_they_were_written(path: Path) -> None:
    clip = read_clip(path)
    assert (clip.names, clip.parents, clip.keys) == (("root", "Spitze ä"), (-1, 0), 3)
    np.testing.assert_allclose(seconds(clip.ticks), [0, 0.04, 0.08])
    leant = np.sqrt(0.5)
    tip = [[0, 2, 0], [-leant, 1.5 + leant, 0], [-1, 2, 0]]
    np.testing.assert_allclose(clip.heads()[:, 1], tip, atol=1e-6)
    np.testing.assert_array_equal(clip.heads(slice(1, 2)), clip.heads()[1:2])


def models(top: list[Node]) -> list[Node]:
    return [each for each in section(top, "Objects").children if each.name == "Model"]


def section(top: list[Node], name: str) -> Node:
    return next(each for each in top if each.name == name)


def with_pivot(top: list[Node]) -> None:
    row = properties([("PreRotation", "Lcl Rotation", 90.0, 0.0, 0.0)]).children
    block = models(top)[1].first("Properties70")
    assert block is not None
    block.children += row


def in_a_ring(top: list[Node]) -> None:
    first, second = (model.values()[0] for model in models(top))
    links = section(top, "Connections").children
    for link in links:
        if link.values()[1:3] == [first, 0]:
            link.properties[2] = encode(second)


def without_connections(top: list[Node]) -> None:
    top[:] = [each for each in top if each.name != "Connections"]


def with_curves_of_nothing(top: list[Node]) -> None:
    links = section(top, "Connections")
    nodes = {e.values()[0] for e in section(top, "Objects").children if "Node" in e.name}
    links.children = [e for e in links.children if e.values()[1] not in nodes]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_pivot, "a.fbx: 'Spitze ä' has PreRotation, which we do not write"),
        (in_a_ring, "a.fbx: damaged FBX file .*hangs on itself"),
        (without_connections, "a.fbx: there are no Connections in this file"),
        (with_curves_of_nothing, "a.fbx: damaged FBX file"),
    ],
)
def test_what_we_would_not_write_is_refused(
    path: Path, change: Callable[[list[Node]], None], said: str
) -> None:
    tree = read_tree(path)
    change(tree.nodes)
    write_tree(path, replace(tree, nodes=tree.nodes))
    with pytest.raises(RetargetError, match=said):
        read_clip(path)


def test_a_damaged_array_is_said_to_be_damage(path: Path) -> None:
    tree = read_tree(path)
    curve = next(e for e in section(tree.nodes, "Objects").children if e.name == "AnimationCurve")
    times = curve.first("KeyTime")
    assert times is not None
    times.properties = [b"l" + np.array([9, 1, 4], "<u4").tobytes() + b"none"]
    write_tree(path, tree)
    with pytest.raises(RetargetError, match="damaged FBX file"):
        read_clip(path)
