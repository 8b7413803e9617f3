"""How a rig's rest pose differs from the T-pose that SMPL-X's rotations start from.

A calibration C of a joint turns its bone, at rest in the world, to where it is when the actor
stands in the T-pose. Then `delta = G C`, G the joint's global rotation, moves the bone out of its
rest pose for any pose. Limbs are turned the smallest way that aims them like the actor's, joint to
joint (tails and axes lie as their exporter liked); hands by palm and fingers; spine, neck and
collars keep the rig's own anatomy, unless they are so far off that the rest pose must be bent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, matrix_from_quat, normalize, shortest_arc
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from .average_person import average_joints
from .body_turn import body_axes, body_turn
from .joint_map import JointMap
from .skeleton import RigSkeleton
from .twist import part

_ANATOMY_DEG = 45.0
"""Spine, neck and collars may differ by this much from one body to another."""

_LIFTED_DEG = 60.0
"""A foot that is off by more at rest does not stand: it goes with its shin."""

_LEVEL = np.array([1.0, 0.0, 1.0])
_FOOT = np.array([0.1, -0.32, 0.94])
"""Where a left foot that stands points, the right one mirrored."""

_BODY = len(SMPLX.names)
"""Where the whole body's calibration stands behind the joints'."""

_DIGITS = ("index", "middle", "ring", "pinky", "thumb")
_AIMS = {
    "hip": ("knee", "ankle"),
    "knee": ("ankle",),
    "ankle": ("foot",),
    "shoulder": ("elbow", "wrist"),
    "elbow": ("wrist",),
    "wrist": ("middle1", "index1", "ring1", "pinky1"),
    "spine1": ("spine2", "spine3"),
    "spine2": ("spine3",),
    "spine3": ("neck", "head"),
    "neck": ("head",),
    "collar": ("shoulder",),
    **{f"{digit}{k}": (f"{digit}{k + 1}",) for digit in _DIGITS for k in (1, 2)},
}
"""The joints that a bone is aimed at: the first of them that the rig has, some way off. The
pelvis is not aimed: hips say where it faces, and the spine may begin anywhere in it."""

_TRUNK = ("spine1", "spine2", "spine3", "neck", "collar")
_SHORTEST, _SHORTEST_IN_TRUNK = 0.001, 0.05
"""Of the way from hips to shoulders: bones that are shorter do not say where they point."""

_LIMB_PARTS = {
    "arm": ("shoulder", "elbow"),
    "leg": ("hip", "knee", "ankle"),
    "fingers": tuple(f"{digit}{k}" for digit in _DIGITS for k in (1, 2)),
}
LIMBS = {
    f"{side}_{limb}": tuple(f"{side}_{joint}" for joint in joints)
    for side in ("left", "right")
    for limb, joints in _LIMB_PARTS.items()
}
"""The joints whose bones' directions make up a limb's."""


@dataclass(frozen=True)
class CalibrationPlan:
    """Which joints are aimed at which, worked out once a rig."""

    heads: Array
    """(55, 3) m at rest; NaN for joints without a bone."""
    levels: tuple[_Level, ...]
    palms: tuple[_Palm, ...]


@dataclass(frozen=True)
class _Level:
    """Joints whose base is known, all turned at once."""

    joints: Array
    bases: Array
    """(N,) the joint whose calibration is gone on from."""
    aims: Array
    """(N,) the joint aimed at; itself: keeps its base's."""
    limits: Array
    """(N,) cosine; what is off by less keeps its base's."""
    level: Array
    """(N, 3) directions are multiplied by it: ones, or no height."""


@dataclass(frozen=True)
class _Palm:
    wrist: int
    along: int
    across: tuple[int, int]


def calibration_plan(
    skeleton: RigSkeleton, rows: Mapping[int, int], *, flat_feet: bool = False
) -> CalibrationPlan:
    """What to aim at what on a rig with these bones by joint."""
    heads = np.full((_BODY, 3), np.nan)
    heads[list(rows)] = skeleton.heads[list(rows.values())]
    size = float(np.linalg.norm(body_axes(heads)[1]))
    standing = _standing_feet(heads)
    depths: dict[int, int] = {_BODY: 0}
    entries: dict[int, list[tuple[int, int, int]]] = {}
    for joint in sorted(rows, key=_depth):
        base = _BODY if joint in standing else _mapped_above(joint, rows)
        depths[joint] = depths[base] + 1
        entries.setdefault(depths[joint], []).append((joint, base, _aim(joint, heads, size)))
    flat = standing if flat_feet else set()
    levels = tuple(_level(entries[depth], flat) for depth in sorted(entries))
    return CalibrationPlan(heads, levels, _palms(rows))


def calibrate(plan: CalibrationPlan, rest_joints: ArrayLike) -> Array:
    """(55, 3, 3) C from the rest pose, for an actor of (55, 3) rest joints.

    Joints that the rig has no bone for keep the whole body's turn.
    """
    rest = np.asarray(rest_joints, float)
    C = np.empty((_BODY + 1, 3, 3))
    C[:] = body_turn(plan.heads, rest)
    palms = {palm.wrist: palm for palm in plan.palms}
    for level in plan.levels:
        C[level.joints] = _aimed(level, plan.heads, rest, C[level.bases])
        for wrist in palms.keys() & set(level.joints.tolist()):
            C[wrist] = _palm_frame(palms[wrist], rest) @ _palm_frame(palms[wrist], plan.heads).T
    return C[:_BODY]


def calibration_from_pose(
    skeleton: RigSkeleton,
    posed: RigSkeleton,
    joint_map: JointMap,
    local_wxyz: ArrayLike | None = None,
) -> dict[str, Array]:
    """(3, 3) C by joint name, from a rig that a person has posed as the actor stands.

    Args:
        posed: the same bones in that pose. Where it faces does not matter.
        local_wxyz: (55, 4) the actor's joint rotations; None: the actor stands in the T-pose.
    """
    local = np.tile([1.0, 0, 0, 0], (_BODY, 1)) if local_wxyz is None else np.asarray(local_wxyz)
    world = global_rotations(matrix_from_quat(local), SMPLX)
    heads = np.full((_BODY, 3), np.nan)
    for joint, bone in joint_map.bones.items():
        heads[SMPLX.index(joint)] = posed.heads[posed.rows[bone]]
    turn = body_turn(heads, joint_positions(world, average_joints(), np.zeros(3), SMPLX))
    found = {}
    for joint, bone in joint_map.bones.items():
        now, rest = turn @ posed.axes[posed.rows[bone]], skeleton.axes[skeleton.rows[bone]]
        found[joint] = world[SMPLX.index(joint)].T @ now @ rest.T
    return found


def residuals_deg(plan: CalibrationPlan, C: Array, rest_joints: ArrayLike) -> dict[str, float]:
    """How far limbs point from the actor's in the T-pose, degrees, by `LIMBS` and palm; feet that
    are kept flat do not count."""
    rest = np.asarray(rest_joints, float)
    aims = {
        joint: aim
        for level in plan.levels
        for joint, aim, height in zip(
            level.joints.tolist(), level.aims.tolist(), level.level[:, 1], strict=True
        )
        if joint != aim and height
    }
    found = {}
    for limb, names in LIMBS.items():
        pairs = [(j, aims[j]) for j in SMPLX.indices(*names) if j in aims]
        angles = [
            _angle_deg(C[j] @ (plan.heads[a] - plan.heads[j]), rest[a] - rest[j]) for j, a in pairs
        ]
        if angles:
            found[limb] = float(np.mean(angles))
    for palm in plan.palms:
        rig, actor = _palm_frame(palm, plan.heads), _palm_frame(palm, rest)
        side = SMPLX.names[palm.wrist].partition("_")[0]
        found[f"{side}_palm"] = _angle_deg(C[palm.wrist] @ rig[:, 1], actor[:, 1])
    return found


def _depth(joint: int) -> int:
    return 0 if joint == 0 else 1 + _depth(SMPLX.parents[joint])


def _mapped_above(joint: int, rows: Mapping[int, int]) -> int:
    """The nearest ancestor that has a bone, or the body."""
    while (joint := SMPLX.parents[joint]) >= 0:
        if joint in rows:
            return joint
    return _BODY


def _aim(joint: int, heads: Array, size: float) -> int:
    """The joint aimed at, or the joint itself."""
    side = SMPLX.names[joint].removesuffix(part(joint))
    least = size * (_SHORTEST_IN_TRUNK if part(joint) in _TRUNK else _SHORTEST)
    for name in _AIMS.get(part(joint), ()):
        aim = SMPLX.index(side + name)
        if np.linalg.norm(heads[aim] - heads[joint]) > least:  # NaN is not
            return aim
    return joint


def _standing_feet(heads: Array) -> set[int]:
    """Ankles of feet that stand at rest. They go on from the body: legs may be apart, feet lie flat
    all the same."""
    turn = body_turn(heads, None)
    found = set()
    for side, mirrored in (("left", 1), ("right", -1)):
        ankle, toe = SMPLX.indices(f"{side}_ankle", f"{side}_foot")
        points = normalize(turn @ (heads[toe] - heads[ankle]))
        if points @ (normalize(_FOOT) * [mirrored, 1, 1]) > np.cos(np.radians(_LIFTED_DEG)):
            found.add(ankle)
    return found


def _level(entries: list[tuple[int, int, int]], flat_feet: set[int]) -> _Level:
    joints, bases, aims = (np.array(column) for column in zip(*entries, strict=True))
    trunk = np.array([part(joint) in _TRUNK for joint in joints])
    flat = np.isin(joints, list(flat_feet))
    return _Level(
        joints=joints,
        bases=bases,
        aims=aims,
        limits=np.where(trunk, np.cos(np.radians(_ANATOMY_DEG)), 2.0),
        level=np.where(flat[:, None], _LEVEL, 1.0),
    )


def _aimed(level: _Level, heads: Array, rest: Array, base: Array) -> Array:
    """(N, 3, 3) the bases, turned the smallest way to where the actor's limbs point."""
    limbs = heads[level.aims] - heads[level.joints]
    now = normalize((base @ limbs[..., None])[..., 0] * level.level)
    wanted = normalize((rest[level.aims] - rest[level.joints]) * level.level)
    keep = ((now * wanted).sum(-1) > level.limits) | (level.aims == level.joints)
    arcs = np.where(keep[:, None, None], np.eye(3), shortest_arc(now, wanted))
    return arcs @ base


def _palms(rows: Mapping[int, int]) -> tuple[_Palm, ...]:
    """Of the hands that have two knuckles or more."""
    found = []
    for side in ("left", "right"):
        knuckles = SMPLX.indices(*(f"{side}_{digit}1" for digit in _DIGITS[:4]))
        there = [joint for joint in knuckles if joint in rows]
        wrist = SMPLX.index(f"{side}_wrist")
        if wrist in rows and len(there) > 1:
            along = knuckles[1] if knuckles[1] in there else there[0]
            found.append(_Palm(wrist, along, (there[0], there[-1])))
    return tuple(found)


def _palm_frame(palm: _Palm, joints: Array) -> Array:
    """(3, 3) columns: along the hand, out of its palm or back, across.

    Knuckles lie on a curve, so a palm faces a little elsewhere by the middle finger than by the
    outer ones: halfway.
    """
    wrist, (first, last) = joints[palm.wrist], joints[list(palm.across)]
    along = joints[palm.along] - wrist
    by_middle = np.cross(along, last - first)
    by_outer = np.cross(first - wrist, last - wrist)
    y = normalize(normalize(by_middle) + normalize(by_outer))
    z = normalize(np.cross(along, y))
    return np.stack([np.cross(y, z), y, z], -1)


def _angle_deg(a: Array, b: Array) -> float:
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))
