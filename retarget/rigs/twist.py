"""Bones that take a part of a joint's rotation: twist bones, and more spine than SMPL-X has."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

from .skeleton import RigSkeleton


@dataclass(frozen=True, slots=True)
class Share:
    """An extra bone: what it takes from where."""

    row: int
    """In the skeleton."""
    joint: int
    """Of the nearest bone above it that follows a joint."""
    base: int
    """The joint it turns with, before its share."""
    of: int
    """The joint that it takes a share of the rotation of."""
    share: float
    """Negative: so much of the joint's own twist is taken back."""
    to_row: int | None
    """It takes only the twist, about the line from its head to this bone's; None: all."""


_LOWER = {"elbow": "wrist", "knee": "ankle"}
"""Segments that twist with the joint at their end."""

_UPPER = {"shoulder": "elbow", "hip": "knee"}
"""Segments that twist as a whole, where skin near their beginning should not."""

_BENDS = ("spine1", "spine2", "spine3", "neck", "head")
"""Joints whose rotation is spread over bones before them."""

_TWIST_WORDS = ("twist", "roll")


def find_shares(
    skeleton: RigSkeleton,
    rows: Mapping[int, int],
    *,
    fixed: Container[str],
    twist: bool,
    spread: bool,
) -> tuple[Share, ...]:
    """The extra bones of a rig.

    Args:
        rows: bone by joint.
        fixed: bones that are not moved by their parents; what lies between is left alone, as are
            bones that no skin follows: controls and their machinery.
    """
    joints = {row: joint for joint, row in rows.items()}
    shares: list[Share] = []
    for joint, row in rows.items():
        between, above = _between(row, skeleton, joints)
        if above < 0 or not between or skeleton.names[row] in fixed:
            continue
        if spread and SMPLX.names[joint] in _BENDS:
            shares += _spread(between, joints[above], joint)
        if twist and SMPLX.parents[joint] == joints[above]:
            shares += _within_limb(between, joint, row, skeleton, rows)
    taken = {share.row for share in shares} | set(joints)
    if twist:
        shares += _beside_limbs(skeleton, rows, taken)
    known = any(skeleton.deforms)
    return tuple(share for share in shares if not known or skeleton.deforms[share.row])


def part(joint: int) -> str:
    """A joint's name without its side."""
    name = SMPLX.names[joint]
    return name.removeprefix("left_").removeprefix("right_")


def _between(row: int, skeleton: RigSkeleton, joints: Mapping[int, int]) -> tuple[list[int], int]:
    """Bones between one that follows a joint and the next such above it, and that one or -1."""
    between: list[int] = []
    row = skeleton.parents[row]
    while row >= 0 and row not in joints:
        between.insert(0, row)
        row = skeleton.parents[row]
    return between, row


def _spread(between: list[int], above: int, of: int) -> list[Share]:
    """Equal steps of the rotation `of`, up to which `above` and the joints between are done."""
    parts = len(between) + 1
    return [
        Share(row, above, SMPLX.parents[of], of, k / parts, None)
        for k, row in enumerate(between, 1)
    ]


def _within_limb(
    between: list[int], joint: int, row: int, skeleton: RigSkeleton, rows: Mapping[int, int]
) -> list[Share]:
    """Second bones of forearms and shins; they twist about the line to the wrist or ankle, so
    that it stays where it is."""
    above = SMPLX.parents[joint]
    if _LOWER.get(part(above)) != part(joint):
        return []
    heads = skeleton.heads
    along = {b: _along(heads[b], heads[rows[above]], heads[row]) for b in between}
    return [Share(b, above, above, joint, f, row) for b, f in along.items() if 0.05 < f < 0.95]


def _beside_limbs(
    skeleton: RigSkeleton, rows: Mapping[int, int], taken: Container[int]
) -> list[Share]:
    """Bones named after twisting that hang off a limb's bone."""
    shares = []
    for joint, row in rows.items():
        end = (_LOWER | _UPPER).get(part(joint))
        end_joint = next((c for c in SMPLX.children[joint] if part(c) == end), -1)
        if end_joint not in rows:
            continue
        for bone in skeleton.children[row]:
            named = any(word in skeleton.names[bone].lower() for word in _TWIST_WORDS)
            if bone in taken or not named:
                continue
            heads = skeleton.heads
            f = _along(heads[bone], heads[row], heads[rows[end_joint]])
            f = float(np.clip(f, 0, 1))
            lower = part(joint) in _LOWER
            share = (f if f > 0.05 else 0.5) if lower else f - 1
            of = end_joint if lower else joint
            shares.append(Share(bone, joint, joint, of, share, rows[end_joint]))
    return shares


def _along(point: Array, start: Array, end: Array) -> float:
    """How far along a segment a point lies, 0..1."""
    way = end - start
    return float((point - start) @ way / max(way @ way, 1e-12))


def take_shares(quats: Array, share: Array, axes: Array, twists: Array) -> Array:
    """Parts of rotations.

    Args:
        quats: (..., K, 4) wxyz.
        share: (K,) of the angle.
        axes: (K, 3) unit, for those that take the twist only.
        twists: (K,) whether they do.
    """
    vector = np.where(twists[:, None], (quats[..., 1:] * axes).sum(-1, keepdims=True) * axes,
                      quats[..., 1:])  # fmt: skip
    sine = np.sqrt((vector * vector).sum(-1))
    w = quats[..., 0]
    half = share * np.arctan2(np.where(w < 0, -sine, sine), np.abs(w))
    return np.concatenate(
        [np.cos(half)[..., None], normalize(vector) * np.sin(half)[..., None]], -1
    )
