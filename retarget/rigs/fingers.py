"""Finds fingers, eyes and jaw by their bones' names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .names import BoneName
from .skeleton import RigSkeleton
from .tree import Found, ancestors, below, distance
from .words import DIGITS

_WITHIN_HAND = 0.8
"""A bone that starts nearer the wrist than this part of its own length lies in the palm."""

_AT_WRIST = 0.02
"""A finger that starts nearer the wrist than this part of the forearm is no finger's joint."""


def fingers_by_name(skeleton: RigSkeleton, names: Sequence[BoneName], body: Found) -> Found:
    """The three joints of each finger below wrists that are known."""
    found: Found = {}
    for side in ("left", "right"):
        if f"{side}_wrist" in body:
            found |= _hand(skeleton, names, side, body)
    return found


def face_by_name(skeleton: RigSkeleton, names: Sequence[BoneName], body: Found) -> Found:
    """Eyes and jaw below the head."""
    if "head" not in body:
        return {}
    found: Found = {}
    for bone in below(skeleton, body["head"][0]):
        name = names[bone]
        joint = f"{name.side}_eye" if name.part == "eye" and name.side else ""
        joint = "jaw" if name.part == "jaw" and not name.side else joint
        if joint and joint not in found and not (name.aside or name.strange):
            found[joint] = (bone, 0.9)
    return found


def _hand(skeleton: RigSkeleton, names: Sequence[BoneName], side: str, body: Found) -> Found:
    wrist = body[f"{side}_wrist"][0]
    forearm = distance(skeleton, wrist, body.get(f"{side}_elbow", (wrist, 0))[0])
    found: Found = {}
    for digit, chain in _digits(skeleton, names, side, wrist).items():
        kept, sure = _three(skeleton, names, digit, chain, wrist)
        if kept and distance(skeleton, kept[0], wrist) <= _AT_WRIST * forearm:
            sure = 0.4
        if digit == "thumb" and len(kept) == 1:
            sure = 0.4
        for k, bone in enumerate(kept, 1):
            found[f"{side}_{digit}{k}"] = (bone, sure)
    return found


def _digits(
    skeleton: RigSkeleton, names: Sequence[BoneName], side: str, wrist: int
) -> dict[str, list[int]]:
    """Each digit's bones from the palm outward."""
    within = [
        bone
        for bone in below(skeleton, wrist)
        if names[bone].part in (*DIGITS, "finger")
        and names[bone].side in (side, "")
        and not names[bone].aside
        and not names[bone].strange
    ]
    carry = {a for b in within if names[b].part in DIGITS for a in ancestors(skeleton, b)}
    within = [bone for bone in within if names[bone].part in DIGITS or bone not in carry]
    roots = [b for b in within if not any(a in within for a in ancestors(skeleton, b))]
    found: dict[str, list[int]] = {}
    for digit in DIGITS:  # one may hang on another's palm bone
        own = [bone for bone in within if names[bone].part in (digit, "finger")]
        named = [b for b in own if names[b].part == digit]
        firsts = [b for b in named if not any(a in named for a in ancestors(skeleton, b))]
        chains = [_chain(skeleton, first, own) for first in firsts]
        if chains:
            found[digit] = max(chains, key=len)
    called = [bone for bone in roots if names[bone].part == "finger"]
    long = [bone for bone in called if len(_chain(skeleton, bone, within)) > 1]
    numbered = _numbered(long or called, names, found)
    return found | {digit: _chain(skeleton, root, within) for digit, root in numbered.items()}


def _chain(skeleton: RigSkeleton, root: int, within: Sequence[int]) -> list[int]:
    """A finger's bones: the longest line of them below its first."""
    lines = [[root]]
    for bone in within:
        line = [a for a in ancestors(skeleton, bone) if a in within][::-1]
        if line and line[0] == root:
            lines.append([*line, bone])
    return max(lines, key=len)


def _numbered(
    roots: Sequence[int], names: Sequence[BoneName], named: dict[str, list[int]]
) -> dict[str, int]:
    """Fingers that are called by number: the thumb first, little finger last."""
    digits = [digit for digit in DIGITS if digit not in named]
    numbers = [names[bone].numbers for bone in roots]
    width = min((len(n) for n in numbers), default=0)
    telling = [k for k in range(width) if len({n[k] for n in numbers}) == len(roots)]
    if len(roots) != len(digits) or not telling:
        return {}
    ordered = sorted(roots, key=lambda bone: names[bone].numbers[telling[0]])
    return dict(zip(digits, ordered, strict=True))


def _three(
    skeleton: RigSkeleton, names: Sequence[BoneName], digit: str, chain: list[int], wrist: int
) -> tuple[list[int], float]:
    """The bones of a finger's three joints, without those of the palm and the tip."""
    beyond = [bone for bone in chain if not names[bone].metacarpal]
    if digit == "thumb":
        kept = beyond if len(beyond) >= 3 else chain
    else:
        kept = beyond[1:] if starts_in_palm(skeleton, beyond, wrist) else beyond
    return kept[:3], 0.97 if len(kept) >= 3 else 0.8


def starts_in_palm(skeleton: RigSkeleton, chain: Sequence[int], wrist: int) -> bool:
    """Whether the first of four or more is a metacarpal that its name does not tell."""
    if len(chain) < 4:
        return False
    own = distance(skeleton, chain[0], chain[1])
    return distance(skeleton, wrist, chain[0]) < _WITHIN_HAND * own


def in_order(skeleton: RigSkeleton, found: Found, side: str) -> bool:
    """Whether a hand's knuckles lie side by side as they should: thumb, index to pinky."""
    firsts = [found.get(f"{side}_{digit}1") for digit in DIGITS[1:]]
    known = [skeleton.heads[first[0]] for first in firsts if first]
    if len(known) < 3:
        return True
    heads = np.array(known)
    along = (heads - heads[0]) @ (heads[-1] - heads[0])
    if not (np.diff(along) > 0).all():
        return bool(np.ptp(along) < 1e-6)
    thumb = found.get(f"{side}_thumb1")
    if thumb is None:
        return True
    tip = skeleton.heads[found.get(f"{side}_thumb3", thumb)[0]]
    return bool(np.linalg.norm(tip - heads[0]) < np.linalg.norm(tip - heads[-1]))
