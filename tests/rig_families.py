"""Characters as other programs name their bones, written as trees, with what each bone is.

A line is one bone, indented below its parent: its name, then `=joint` where a joint's truth is
(`=shoulder` on a line with "§" means both sides'), or `@place` for a bone that follows none. A
place is a joint or `a>b:part` between two. "§" in a name is the side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rigs_made import A_POSE, person

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.rigs.skeleton import RigSkeleton

_FINGERS = ("thumb", "index", "middle", "ring", "pinky")


@dataclass(frozen=True)
class Family:
    """How one program names bones."""

    tree: str
    left: str = "L"
    right: str = "R"


@dataclass(frozen=True)
class FamilyRig:
    """One of a family's characters and the truth about it."""

    skeleton: RigSkeleton
    bones: dict[str, str]
    """Joint name to bone name."""


@dataclass(frozen=True)
class _Line:
    depth: int
    name: str
    what: str
    sign: str


def family_rig(
    family: Family, *, rest: str = "T", yaw_deg: float = 0.0, names: dict[str, str] | None = None
) -> FamilyRig:
    """A character standing in T- or A-pose; `names` replaces names."""
    places = _posed(rest) @ matrix_from_rotvec([0, np.radians(yaw_deg), 0]).T
    heads: list[Array] = []
    rows: list[str] = []
    parents: list[int] = []
    bones: dict[str, str] = {}
    for parent, name, what, sign, side in _bones(family):
        shown = (names or {}).get(name, name)
        if sign == "=":
            bones[_joint(what, side)] = shown
        heads.append(_place(places, what, side))
        rows.append(shown)
        parents.append(parent)
    at = np.array(heads)
    count = len(rows)
    axes = np.broadcast_to(np.eye(3), (count, 3, 3)).copy()
    tails = at + np.array([0, 0.05, 0])
    skeleton = RigSkeleton(
        names=tuple(rows), parents=tuple(parents), heads=at, axes=axes, tails=tails
    )
    return FamilyRig(skeleton, bones)


def _posed(rest: str) -> Array:
    """(55, 3) m."""
    rotvecs = np.zeros((55, 3))
    for joint, rotvec in (A_POSE if rest == "A" else {}).items():
        rotvecs[SMPLX.index(joint)] = rotvec
    joints = person()
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    return joint_positions(world, joints, joints[0], SMPLX)


def _bones(family: Family) -> list[tuple[int, str, str, str, str]]:
    """(parent row, name, joint or place, sign, side) of each bone, parents first."""
    found: list[tuple[int, str, str, str, str]] = []
    above: dict[tuple[int, str], int] = {}
    for line in _lines(family.tree):
        marks = {"left": family.left, "right": family.right} if "§" in line.name else {"": ""}
        for side, mark in marks.items():
            over = above.get((line.depth - 1, side), above.get((line.depth - 1, ""), -1))
            above[line.depth, side] = len(found)
            found.append((over, line.name.replace("§", mark), line.what, line.sign, side))
        if len(marks) == 1:
            above.pop((line.depth, "left"), None)
            above.pop((line.depth, "right"), None)
        else:
            above.pop((line.depth, ""), None)
    return found


def _lines(tree: str) -> list[_Line]:
    found = []
    base = min(len(text) - len(text.lstrip()) for text in tree.splitlines() if text.strip())
    for text in filter(str.strip, tree.splitlines()):
        cut = max(text.rfind(" ="), text.rfind(" @"))
        name, sign, what = text[:cut].strip(), text[cut + 1], text[cut + 2 :].strip()
        found.append(_Line(len(text) - len(text.lstrip()) - base, name, what, sign))
    return found


def _joint(what: str, side: str) -> str:
    return f"{side}_{what}" if side else what


def _place(places: Array, what: str, side: str) -> Array:
    """(3,) m of a joint, or of a part of the way between two ("floor" and "top" are joints)."""
    way, _, part = what.partition(":")
    ends = [_point(places, end, side) for end in way.split(">")]
    return ends[0] if len(ends) == 1 else ends[0] + float(part) * (ends[1] - ends[0])


def _point(places: Array, what: str, side: str) -> Array:
    if what == "floor":
        return places[0] * (1, 0, 1) + [0, places[:, 1].min(), 0]
    if what == "top":
        return places[SMPLX.index("head")] + [0, 0.2, 0]
    name = what if what in SMPLX.names else f"{side}_{what}"
    return places[SMPLX.index(name)]


def hand(indent: int, bone: str, thumb: str = "", starts: int = 1, end: str = "") -> str:
    """Lines of fifteen finger bones.

    Args:
        bone: a name with {digit}, {number} (thumb is 1), {zero} (thumb is 0) and {k}.
        thumb: the thumb's, where it differs.
        starts: what {k} is for the first.
        end: what {k} is for a bone at the tip, if there is one.
    """
    lines = []
    for number, digit in enumerate(_FINGERS, 1):
        pattern = thumb if thumb and digit == "thumb" else bone
        for k in (1, 2, 3):
            name = pattern.format(digit=digit, number=number, zero=number - 1, k=k + starts - 1)
            lines.append(f"{' ' * (indent + k - 1)}{name} ={digit}{k}")
        if end:
            name = pattern.format(digit=digit, number=number, zero=number - 1, k=end)
            lines.append(f"{' ' * (indent + 3)}{name} @{digit}2>{digit}3:2.0")
    return "\n".join(lines)
