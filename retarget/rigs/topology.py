"""Finds a body by its shape alone: limbs that come in pairs, their lengths, which way is up.

For rigs whose names say nothing. Lengths of bones say more than where they point: rest poses
differ, lengths do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from livemocap.rotation import Array

from .facing import facing, height
from .limb_shape import arm_joints, leg_joints
from .skeleton import RigSkeleton
from .tree import Found, ancestors, below, between, common_ancestor, distance, spine_of

_UNLIKE = 0.15
"""By what part of their lengths the limbs of a pair may differ."""

_BEGIN = 4
"""The steps that are compared: collar, shoulder, elbow and wrist, or a leg."""

_CLEAR = 0.35
"""How well facing and the way from limb to limb must agree; of a thousand rest poses with all
joints up to 40 degrees off one is on the wrong side beyond it."""

_FEWEST = 8
"""Fewer bones are no body."""

_LEG, _ARM = 0.22, 0.2
"""A limb is at least this long, as a part of the rig's height."""


@dataclass(frozen=True)
class _Pair:
    """Two limbs that hang on one bone."""

    at: int
    lines: tuple[list[int], list[int]]
    """Bones from the first to the end of the longest line below it."""


def body_by_shape(skeleton: RigSkeleton, aside: Sequence[bool] = ()) -> Found:
    """The body's joints as far as its shape tells.

    Args:
        aside: bones to look past (their names say that they follow no joint).
    """
    if len(skeleton.names) < _FEWEST:
        return {}
    bones = _Bones(skeleton, aside)
    legs = _legs(bones)
    arms = _arms(bones, legs) if legs else None
    if not legs:
        return {}
    found = _limb(skeleton, legs, "leg")
    if arms:
        found |= _limb(skeleton, arms, "arm")
        found |= _middle(bones, legs, arms)
    return _singles(skeleton, _sides(skeleton, found))


def _singles(skeleton: RigSkeleton, found: Found) -> Found:
    """Unsure where other lines of bones lie on the same place, as in rigs of controls."""

    def copies(bone: int) -> int:
        apart = np.linalg.norm(skeleton.heads - skeleton.heads[bone], axis=-1)
        same = {int(row) for row in np.nonzero(apart < 1e-3 * height(skeleton))[0]}
        line = {bone, *ancestors(skeleton, bone), *below(skeleton, bone)}
        tops = {b for b in same - line if not same.intersection(ancestors(skeleton, b))}
        return len({skeleton.parents[b] for b in tops})

    return {j: (b, s if copies(b) < 2 else min(s, 0.4)) for j, (b, s) in found.items()}


class _Bones:
    """What is looked at, with the longest line below each bone."""

    def __init__(self, skeleton: RigSkeleton, aside: Sequence[bool]) -> None:
        self.skeleton = skeleton
        seen = np.ones(len(skeleton.names), bool) if not len(aside) else ~np.array(aside, bool)
        self.children = [[c for c in kids if seen[c]] for kids in skeleton.children]
        self.height = height(skeleton)
        self.length = np.zeros(len(seen))
        for bone in reversed(range(len(seen))):
            self.length[bone] = max((self.step(c) for c in self.children[bone]), default=0.0)

    def step(self, child: int) -> float:
        """From its parent's head through the child to the end of its longest line, m."""
        return distance(self.skeleton, child, self.skeleton.parents[child]) + self.length[child]

    def line(self, bone: int) -> list[int]:
        found = [bone]
        while self.children[found[-1]]:
            found.append(max(self.children[found[-1]], key=self.step))
        return found

    def lowest(self, line: Sequence[int]) -> float:
        return float(self.skeleton.heads[list(line), 1].min())

    def pairs(self, shortest: float) -> list[_Pair]:
        """Limbs of like length on one bone."""
        found = []
        for bone, kids in enumerate(self.children):
            long = [c for c in kids if self.length[c] >= shortest * self.height]
            for a, b in combinations(long, 2):
                lines = self.line(a), self.line(b)
                if self.alike(*lines):
                    found.append(_Pair(bone, lines))
        return found

    def alike(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether two lines begin with steps of like lengths; what a hand holds may differ."""
        steps = [
            [distance(self.skeleton, bone, self.skeleton.parents[bone]) for bone in line[:_BEGIN]]
            for line in (a, b)
        ]
        if len(steps[0]) != len(steps[1]):
            return False
        one, two = np.array(steps)
        return bool(np.abs(one - two).sum() <= _UNLIKE * (one + two).sum() / 2)


def _legs(bones: _Bones) -> _Pair | None:
    """The pair that reaches the floor from highest up."""
    heads = bones.skeleton.heads
    floor = float(heads[:, 1].min())

    def drop(pair: _Pair) -> float:
        ends = [bones.lowest(line) for line in pair.lines]
        if max(ends) - floor > 0.35 * bones.height:
            return 0.0
        return min(heads[line[0], 1] - end for line, end in zip(pair.lines, ends, strict=True))

    best = max(bones.pairs(_LEG), key=drop, default=None)
    return best if best and drop(best) >= 0.2 * bones.height else None


def _arms(bones: _Bones, legs: _Pair) -> _Pair | None:
    """The longest pair above, of those that end in hands if there are any."""
    skeleton = bones.skeleton
    beneath = {b for line in legs.lines for b in (line[0], *below(skeleton, line[0]))}
    hips = skeleton.heads[[line[0] for line in legs.lines], 1].mean()
    found = [
        pair
        for pair in bones.pairs(_ARM)
        if pair.at not in beneath
        and not beneath.intersection(line[0] for line in pair.lines)
        and skeleton.heads[pair.at, 1] > hips
    ]

    def rank(pair: _Pair) -> tuple[bool, float]:
        hands = all(any(len(bones.children[b]) >= 4 for b in line) for line in pair.lines)
        return hands, min(bones.length[line[0]] for line in pair.lines)

    return max(found, key=rank, default=None)


def _limb(skeleton: RigSkeleton, pair: _Pair, kind: str) -> Found:
    """Joints of both limbs; the first line is called left until facing is known."""
    lines = [[skeleton.heads[bone] for bone in line] for line in pair.lines]
    forks = [[len(skeleton.children[bone]) for bone in line] for line in pair.lines]
    find = leg_joints if kind == "leg" else arm_joints
    found: Found = {}
    for side, mine, other in (("left", 0, 1), ("right", 1, 0)):
        joints = find(np.array(lines[mine]), np.array(lines[other]), forks[mine])
        for part, (place, sure) in joints.items():
            found[f"{side}_{part}"] = (pair.lines[mine][place], sure)
    return found


def _middle(bones: _Bones, legs: _Pair, arms: _Pair) -> Found:
    """Hips, spine, neck and head."""
    skeleton = bones.skeleton
    common = common_ancestor(skeleton, [legs.at, arms.at])
    found: Found = {}
    if common >= 0 and skeleton.heads[legs.at, 1] - skeleton.heads[common, 1] < 0.2 * bones.height:
        found["pelvis"] = (common, 0.95 if common == legs.at else 0.75)
        spine = spine_of(between(skeleton, common, arms.at))
        found |= {joint: (bone, 0.9) for joint, bone in spine.items()}
    found |= _head(bones, arms)
    return found if "neck" in found or not _on_a_neck(bones, arms) else _unsure_spine(found)


def _on_a_neck(bones: _Bones, arms: _Pair) -> bool:
    """Whether arms may hang on the neck, as Biped's do: they begin about where it does."""
    heads = bones.skeleton.heads
    starts = float(np.mean([heads[line[0], 1] for line in arms.lines]))
    return starts - heads[arms.at, 1] < 0.04 * bones.height


def _unsure_spine(found: Found) -> Found:
    return {j: (b, min(s, 0.5) if j.startswith("spine") else s) for j, (b, s) in found.items()}


def _head(bones: _Bones, arms: _Pair) -> Found:
    """The line up from between the arms."""
    skeleton, heads = bones.skeleton, bones.skeleton.heads
    roots = [c for c in bones.children[arms.at] if c not in (arms.lines[0][0], arms.lines[1][0])]
    base = float(heads[arms.at, 1])
    tops = {c: float(heads[[c, *below(skeleton, c)], 1].max()) - base for c in roots}
    rising = [c for c in roots if tops[c] > 0.05 * bones.height]
    if not rising:
        return {}
    line = bones.line(max(rising, key=lambda c: tops[c]))
    return _neck_and_head(bones, line, _shoulder_height(skeleton, arms))


def _shoulder_height(skeleton: RigSkeleton, arms: _Pair) -> float:
    """About: where arms begin, whichever bone is the shoulder."""
    starts = [line[min(1, len(line) - 1)] for line in arms.lines]
    return float(skeleton.heads[starts, 1].mean())


def _neck_and_head(bones: _Bones, line: list[int], shoulders: float) -> Found:
    """The head is where the line forks; without a fork, where lengths say so."""
    forks = [k for k, bone in enumerate(line) if len(bones.children[bone]) > 1]
    heads = bones.skeleton.heads
    if forks:
        place, sure = forks[0], 0.9
    elif len(line) == 2:
        place, sure = _of_two(heads[line], shoulders, bones.height)
    elif len(line) == 3:
        place, sure = _of_three(heads[line])
    else:
        place, sure = (0, 0.75) if len(line) == 1 else (len(line) - 1, 0.4)
    found: Found = {"head": (line[place], sure)}
    if place:
        found["neck"] = (line[0], 0.9)
    return found


def _of_two(heads: Array, shoulders: float, tall: float) -> tuple[int, float]:
    """Neck and head, or head and its end: a neck begins about where the arms do."""
    return (1, 0.85) if heads[0, 1] - shoulders < 0.08 * tall else (0, 0.4)


def _of_three(heads: Array) -> tuple[int, float]:
    """Neck, head and its end, or two of neck and the head: skulls are longer than necks."""
    neck, head = np.linalg.norm(np.diff(heads, axis=0), axis=-1)
    return (1, 0.75) if head > 1.2 * neck else (2, 0.5 if head > 0.8 * neck else 0.65)


def _sides(skeleton: RigSkeleton, found: Found) -> Found:
    """Left where it is by the way the rig faces; all sided joints unsure if nobody knows."""
    forward = facing(skeleton, found)
    left = np.cross((0.0, 1.0, 0.0), forward)
    named: Found = {}
    for limb in (("hip", "knee", "ankle", "foot"), ("collar", "shoulder", "elbow", "wrist")):
        across = _across(skeleton, found, limb)
        swap = bool(across @ left < 0)
        clear = abs(across @ left) > _CLEAR
        for joint in (f"{side}_{part}" for side in ("left", "right") for part in limb):
            if joint in found:
                side, _, part = joint.partition("_")
                other = {"left": "right", "right": "left"}[side] if swap else side
                bone, sure = found[joint]
                named[f"{other}_{part}"] = (bone, sure if clear else min(sure, 0.4))
    return {joint: match for joint, match in found.items() if "_" not in joint} | named


def _across(skeleton: RigSkeleton, found: Found, limb: Sequence[str]) -> Array:
    """(3,) unit, level, from the one called right to the one called left, near the trunk."""
    part = next((p for p in limb[:2] if f"left_{p}" in found and f"right_{p}" in found), "")
    if limb[0] == "collar" and "left_shoulder" in found and "right_shoulder" in found:
        part = "shoulder"
    if not part:
        return np.zeros(3)
    step = skeleton.heads[found[f"left_{part}"][0]] - skeleton.heads[found[f"right_{part}"][0]]
    step = step * (1.0, 0.0, 1.0)
    return step / max(float(np.linalg.norm(step)), 1e-9)
