"""The bones that a VRM file names itself: nothing has to be guessed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import RetargetError

_CENTRE = {"pelvis": "hips", "neck": "neck", "head": "head", "jaw": "jaw"}
_SIDED = {
    "collar": "Shoulder",
    "shoulder": "UpperArm",
    "elbow": "LowerArm",
    "wrist": "Hand",
    "hip": "UpperLeg",
    "knee": "LowerLeg",
    "ankle": "Foot",
    "foot": "Toes",
    "eye": "Eye",
}
_FINGERS = {"index": "Index", "middle": "Middle", "ring": "Ring", "pinky": "Little"}
_PHALANGES = ("Proximal", "Intermediate", "Distal")
_THUMB_OF_1 = ("Metacarpal", "Proximal", "Distal")
"""VRM 1.0 counts the thumb's bones as anatomists do; 0.x as those of other fingers."""


def humanoid_bones(said: Mapping[str, Any]) -> dict[str, str]:
    """SMPL-X joint to node name by a file's VRM extension, 0.x or 1.0; {} where it has none.

    Args:
        said: the file's JSON.

    Raises:
        RetargetError: the extension is there, but damaged.
    """
    try:
        if "VRMC_vrm" in said.get("extensions", {}):
            stated = said["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
            nodes = {name: bone["node"] for name, bone in stated.items()}
            return _named(_by_joint(nodes, _THUMB_OF_1), said["nodes"])
        if "VRM" in said.get("extensions", {}):
            stated = said["extensions"]["VRM"]["humanoid"]["humanBones"]
            nodes = {bone["bone"]: bone["node"] for bone in stated}
            return _named(_by_joint(nodes, _PHALANGES), said["nodes"])
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise RetargetError(f"damaged VRM extension ({error!r})") from None
    return {}


def _by_joint(nodes: Mapping[str, int], thumb: tuple[str, str, str]) -> dict[str, int]:
    stated = {**dict(_spine(nodes)), **_CENTRE, **dict(_limbs(thumb))}
    return {joint: nodes[bone] for joint, bone in stated.items() if nodes.get(bone, -1) >= 0}


def _spine(nodes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """The topmost bone of the back carries the arms, as spine3 does."""
    back = [name for name in ("spine", "chest", "upperChest") if nodes.get(name, -1) >= 0]
    joints = ("spine1", "spine2", "spine3") if len(back) == 3 else ("spine1", "spine3")
    yield from zip(joints, back, strict=False)


def _limbs(thumb: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    for side in ("left", "right"):
        for joint, bone in _SIDED.items():
            yield f"{side}_{joint}", f"{side}{bone}"
        for number in range(3):
            yield f"{side}_thumb{number + 1}", f"{side}Thumb{thumb[number]}"
            for finger, bone in _FINGERS.items():
                yield f"{side}_{finger}{number + 1}", f"{side}{bone}{_PHALANGES[number]}"


def _named(nodes: Mapping[str, int], all_nodes: list[dict[str, Any]]) -> dict[str, str]:
    """Only nodes whose name is theirs alone: Blender renames all but one of the others."""
    count = Counter(node.get("name") for node in all_nodes)
    names = {joint: all_nodes[node].get("name") for joint, node in nodes.items()}
    return {joint: name for joint, name in names.items() if name and count[name] == 1}
