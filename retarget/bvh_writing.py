"""Any hierarchy with its motion as a BVH file: three rotations a joint, and the root's place.

Rest axes are the world's, +Y up: a joint's offset is where it is from its parent when nothing is
turned. The root has OFFSET 0 0 0, because half of all programs add an offset to the root's place
and the others do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TextIO

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from .errors import RetargetError
from .euler import continuous_euler, euler_from_matrix
from .progress import Progress
from .units import UNITS_PER_METRE
from .whole_file import whole_file

ROTATION_ORDER = "ZXY"
"""Bends come first: X, the hinge of knees and the nod of the head, stays off the poles longest."""

_ROWS_AT_ONCE = 1000
_UNSPEAKABLE = re.compile(r"[\s{}]+")


@dataclass(frozen=True, kw_only=True)
class BvhTree:
    """J joints below one root, which is the first."""

    names: tuple[str, ...]
    """Without spaces and braces, see `speakable`."""
    parents: tuple[int, ...]
    """-1 for the root alone; a parent stands before its children."""
    offsets: Array
    """(J, 3) m from the parent; the root's is ignored."""
    ends: Mapping[int, Array]
    """(3,) m by joint, where joints without children end."""

    def __post_init__(self) -> None:
        joints = len(self.names)
        if len(self.parents) != joints or self.offsets.shape != (joints, 3):
            raise RetargetError("a BVH's names, parents and offsets must be as many")
        if self.parents[0] != -1 or min(self.parents[1:], default=0) < 0:
            raise RetargetError("a BVH has one root, and it comes first")
        if not all(np.isfinite(each).all() for each in (self.offsets[1:], *self.ends.values())):
            raise RetargetError("a BVH's offsets have values that are no numbers")

    def depth_first(self) -> list[int]:
        """All joints in the order in which a BVH file names them."""
        children = self.children()
        found, waiting = [], [0]
        while waiting:
            found.append(waiting.pop())
            waiting += reversed(children[found[-1]])
        return found

    def children(self) -> list[list[int]]:
        """Of each joint."""
        found: list[list[int]] = [[] for _ in self.names]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(joint)
        return found


@dataclass(frozen=True, kw_only=True)
class BvhMotion:
    """What a tree does at T instants."""

    root_m: Array
    """(T, 3) m, where the root is in the world."""
    turned: Sequence[int]
    """The D joints that turn; all others stay at rest."""
    rotations: Array
    """(T, D, 4) wxyz in the parent's axes, identity at rest."""


def write_bvh_tree(
    path: Path,
    tree: BvhTree,
    motion: BvhMotion,
    fps: Fraction,
    *,
    units: str = "cm",
    progress: Progress = lambda done, frames: None,
) -> None:
    """Write a BVH file.

    Args:
        units: `cm` or `m`; BVH cannot say which.
        progress: counts frames.

    Raises:
        RetargetError: the motion has values that are no numbers, or the file cannot be written;
            nothing stands under `path` then.
    """
    scale, frames = UNITS_PER_METRE[units], len(motion.root_m)
    rows = _rows(tree, motion, scale, progress)
    if not np.isfinite(rows).all():
        raise RetargetError(f"{path}: the motion has values that are no numbers")
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write("HIERARCHY\n")
        file.writelines(_joint_lines(tree, tree.children(), 0, scale, ""))
        file.write(f"MOTION\nFrames: {frames}\nFrame Time: {float(1 / fps)!r}\n")
        _write_rows(file, rows, progress)


def speakable(names: Sequence[str]) -> tuple[str, ...]:
    """Names that BVH's readers take: no spaces or braces, and still no two the same."""
    taken: dict[str, None] = {}
    for name in names:
        plain = _UNSPEAKABLE.sub("_", name)
        free, number = plain, 0
        while free in taken or (free != name and free in names):
            number += 1
            free = f"{plain}_{number}"
        taken[free] = None
    return tuple(taken)


def _joint_lines(
    tree: BvhTree, children: Sequence[Sequence[int]], joint: int, scale: float, indent: str
) -> Iterator[str]:
    """One joint and all below it."""
    rotations = " ".join(f"{axis}rotation" for axis in ROTATION_ORDER)
    channels = f"6 Xposition Yposition Zposition {rotations}" if joint == 0 else f"3 {rotations}"
    offset = tree.offsets[joint] * scale if joint else np.zeros(3)
    yield f"{indent}{'JOINT' if joint else 'ROOT'} {tree.names[joint]}\n{indent}{{\n"
    yield f"{indent}\tOFFSET {_numbers(offset)}\n{indent}\tCHANNELS {channels}\n"
    for child in children[joint]:
        yield from _joint_lines(tree, children, child, scale, indent + "\t")
    if joint in tree.ends and not children[joint]:
        end = _numbers(tree.ends[joint] * scale)
        yield f"{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET {end}\n{indent}\t}}\n"
    yield f"{indent}}}\n"


def _numbers(values: Array) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def _rows(tree: BvhTree, motion: BvhMotion, scale: float, progress: Progress) -> Array:
    """(T, 3 + 3 J) as the file has them: the root's place, then degrees."""
    places = {joint: place for place, joint in enumerate(tree.depth_first())}
    rows = np.zeros((len(motion.root_m), 3 + 3 * len(places)))
    rows[:, :3] = motion.root_m * scale
    for column, joint in enumerate(motion.turned):  # one by one: matrices of all would be large
        progress(0, len(rows))
        matrices = matrix_from_quat(motion.rotations[:, column])
        angles = continuous_euler(euler_from_matrix(matrices, ROTATION_ORDER))
        start = 3 + 3 * places[joint]
        rows[:, start : start + 3] = np.degrees(angles)
    return rows


def _write_rows(file: TextIO, rows: Array, progress: Progress) -> None:
    line = " ".join(["%.6f"] * rows.shape[1]) + "\n"
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        progress(start, len(rows))
        some = rows[start : start + _ROWS_AT_ONCE]
        file.write((line * len(some)) % tuple(some.ravel().tolist()))
    progress(len(rows), len(rows))
