"""Finds hips, spine, neck and head between limbs that are known: by place, then by name."""

from __future__ import annotations

from collections.abc import Sequence

from .limbs import fit_factor
from .names import BoneName
from .skeleton import RigSkeleton
from .tree import Found, ancestors, below, between, common_ancestor, spine_of, stands_above

_LOW = 0.5
"""Hips are at least this high, as a part of the thighs' height above the floor: a bone that
carries everything but stands on the floor is not the hips."""


def trunk_by_name(skeleton: RigSkeleton, names: Sequence[BoneName], limbs: Found) -> Found:
    """The joints along the middle."""
    head = _head(skeleton, names, limbs)
    chest = _chest(skeleton, names, limbs, head)
    found: Found = {}
    if head is not None:
        found["head"] = (head, 0.97)
        found |= _neck(skeleton, names, head, chest)
    pelvis = _pelvis(skeleton, names, limbs, chest)
    if pelvis is not None:
        found["pelvis"] = pelvis
        found |= _spine(skeleton, names, pelvis[0], chest)
    return found


def spine_by_place(
    skeleton: RigSkeleton, names: Sequence[BoneName], body: Found
) -> tuple[Found, int]:
    """The spine between hips and arms that are known, and the bone the arms hang on, or -1."""
    chest = _chest(skeleton, names, body, None)
    if "pelvis" not in body or not between(skeleton, body["pelvis"][0], chest):
        return {}, -1
    return _spine(skeleton, names, body["pelvis"][0], chest), chest


def _plain(names: Sequence[BoneName], *parts: str) -> list[int]:
    """Bones of the middle with such names."""
    return [
        bone
        for bone, name in enumerate(names)
        if name.part in parts and not (name.side or name.aside or name.metacarpal)
    ]


def _head(skeleton: RigSkeleton, names: Sequence[BoneName], limbs: Found) -> int | None:
    """The head nearest its root; one that hangs where the arms hang before another."""
    arms = [limbs[j][0] for j in ("left_shoulder", "right_shoulder") if j in limbs]

    def rank(bone: int) -> tuple[bool, float, int, int]:
        together = bool(arms) and common_ancestor(skeleton, [bone, *arms]) >= 0
        depth = len(list(ancestors(skeleton, bone)))
        return not together, -fit_factor(names[bone]), len(names[bone].numbers), depth

    return min(_plain(names, "head"), key=rank, default=None)


def _chest(skeleton: RigSkeleton, names: Sequence[BoneName], limbs: Found, head: int | None) -> int:
    """The bone that both arms hang on, or -1. Where that is a neck, the one below it."""
    arms = [limbs.get(f"{s}_collar") or limbs.get(f"{s}_shoulder") for s in ("left", "right")]
    tops = [skeleton.parents[arm[0]] for arm in arms if arm]
    tops = [top for top in tops if top >= 0]
    if head is not None and len(tops) < 2:
        neck = skeleton.parents[head]
        tops += [neck] if neck >= 0 else []
    chest = common_ancestor(skeleton, tops) if tops else -1
    while chest >= 0 and names[chest].part == "neck":
        chest = skeleton.parents[chest]
    return chest


def _neck(skeleton: RigSkeleton, names: Sequence[BoneName], head: int, chest: int) -> Found:
    """The lowest neck bone between chest and head, also if its name says twist."""
    path = between(skeleton, chest, head)[:-1] if chest >= 0 else []
    named = [bone for bone in path if names[bone].part == "neck" and not names[bone].side]
    if named:
        return {"neck": (min(named, key=lambda bone: bool(names[bone].aside)), 0.97)}
    elsewhere = [b for b in _plain(names, "neck") if stands_above(skeleton, b, head)]
    if elsewhere:
        return {"neck": (elsewhere[0], 0.9)}
    return {"neck": (path[0], 0.5)} if path else {}


def _pelvis(
    skeleton: RigSkeleton, names: Sequence[BoneName], limbs: Found, chest: int
) -> tuple[int, float] | None:
    """The bone that carries legs and spine."""
    legs = [limbs[j][0] for j in ("left_hip", "right_hip") if j in limbs]
    carried = [*legs, *([chest] if chest >= 0 else [])]
    named = _plain(names, "hips", "hip")
    all_of_it = [b for b in named if all(stands_above(skeleton, b, c) for c in carried)]
    if all_of_it:
        return max(all_of_it, key=lambda bone: len(list(ancestors(skeleton, bone)))), 0.97
    common = common_ancestor(skeleton, carried) if len(legs) == 2 else -1
    if common >= 0 and common not in legs and not _on_the_floor(skeleton, common, legs):
        return common, 0.85
    only_legs = [b for b in named if legs and all(stands_above(skeleton, b, c) for c in legs)]
    if only_legs:
        return only_legs[0], 0.85
    return (named[0], 0.5) if named else None


def _on_the_floor(skeleton: RigSkeleton, bone: int, legs: Sequence[int]) -> bool:
    """Whether a bone lies nearer the feet than the hips."""
    top = skeleton.heads[list(legs), 1].mean()
    lowest = skeleton.heads[[b for leg in legs for b in (leg, *below(skeleton, leg))], 1].min()
    return bool(skeleton.heads[bone, 1] - lowest < _LOW * (top - lowest))


def _spine(skeleton: RigSkeleton, names: Sequence[BoneName], pelvis: int, chest: int) -> Found:
    """The bones between hips and chest, both ends of it known; else those with such names.

    Where they belong to several layers of a control rig, nobody knows which to drive.
    """
    path = between(skeleton, pelvis, chest) if chest >= 0 and chest != pelvis else []
    kept = [bone for bone in path if not names[bone].aside] or path
    named = [bone for bone in kept if names[bone].part == "spine"]
    kept = [bone for bone in kept if bone in named or bone == kept[-1]] if named else kept
    if kept:
        mixed = len({names[bone].layer for bone in kept}) > 1
        return {
            joint: (bone, 0.5 if mixed else 0.97 if names[bone].part == "spine" else 0.8)
            for joint, bone in spine_of(kept).items()
        }
    if chest == pelvis:
        return {}
    called = sorted(_plain(names, "spine"), key=lambda bone: skeleton.heads[bone, 1])
    return {joint: (bone, 0.5) for joint, bone in spine_of(called).items()}
