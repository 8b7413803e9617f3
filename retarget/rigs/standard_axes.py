"""How the bones' own axes lie in a naming's characters: along the bone, and towards a side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from ..tips import tip_offset

_GROUPS = {
    "arm": ("collar", "shoulder", "elbow"),
    "hand": ("wrist", "thumb", "index", "middle", "ring", "pinky"),
    "leg": ("hip", "knee"),
    "foot": ("ankle",),
    "toe": ("foot",),
}
"""Parts whose axes lie alike; everything else is the trunk."""

_WAYS = {
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "front": (0.0, 0.0, 1.0),
    "back": (0.0, 0.0, -1.0),
}
_AIMS = {"pelvis": "spine1", "spine3": "neck", "wrist": "middle1"}
"""The child that a bone points at where there are several."""

_TOO_PARALLEL, _SHORTEST_M = 0.2, 1e-6


@dataclass(frozen=True)
class Axes:
    """The first axis lies that way exactly, the second as near to its own as it can."""

    groups: Mapping[str, tuple[str, str, str, str]]
    """By part of the body: axis, way, axis, way, such as +x along +y back. Empty: all as the
    world's."""
    mirrored: bool
    """Right limbs have both axes the other way round."""

    @classmethod
    def of(cls, said: str | Mapping) -> Axes:
        """From a preset's JSON.

        Raises:
            RetargetError: it says something else.
        """
        if isinstance(said, str):
            if said != "world":
                raise RetargetError(f"axes are 'world' or said for each part, not {said!r}")
            return cls({}, False)
        parts = {part: tuple(str(words).split()) for part, words in said.items()}
        mirrored = bool(said.get("mirrored", False))
        groups = {part: words for part, words in parts.items() if part != "mirrored"}
        for part, words in groups.items():
            known = len(words) == 4 and words[1] in ("along", *_WAYS) and words[3] in _WAYS
            if not known or part not in ("trunk", *_GROUPS):
                raise RetargetError(f"axes of {part!r}: not as in '+x along +y back'")
        return cls(groups, mirrored)  # pyright: ignore[reportArgumentType]


def bone_axes(joints: Sequence[str], places: Array, axes: Axes) -> tuple[Array, Array]:
    """(B, 3, 3) own axes as columns, and (B, 3) m how long each bone is and where it points.

    Args:
        joints: the joint that each bone goes with.
        places: (55, 3) m of the joints in the rest pose.
    """
    along = {joint: _along(joint, places) for joint in set(joints)}
    own = {joint: _own(joint, along[joint], axes) for joint in along}
    return np.stack([own[j] for j in joints]), np.stack([along[j] for j in joints])


def _part(joint: str) -> str:
    return joint.removeprefix("left_").removeprefix("right_")


def _group(joint: str) -> str:
    part = _part(joint).rstrip("123")
    return next((group for group, parts in _GROUPS.items() if part in parts), "trunk")


def _along(joint: str, places: Array) -> Array:
    """(3,) m from a joint to the next one, or to where a last one ends."""
    row, part = SMPLX.index(joint), _part(joint)
    children = SMPLX.children[row]
    if part == "head":
        return 1.6 * (places[row] - places[SMPLX.parents[row]])
    if not children:
        return tip_offset(places, row)
    side = joint.removesuffix(part)
    aim = SMPLX.index(side + _AIMS[part]) if part in _AIMS else children[0]
    return places[aim] - places[row]


def _own(joint: str, along: Array, axes: Axes) -> Array:
    """(3, 3)."""
    if not axes.groups:
        return np.eye(3)
    first, way, second, lean = axes.groups[_group(joint)]
    flip = -1.0 if axes.mirrored and joint.startswith("right_") else 1.0
    there_is = bool(np.linalg.norm(along) > _SHORTEST_M)
    exact = flip * normalize(along if way == "along" and there_is else np.array(_WAYS[_or_up(way)]))
    near = _square(exact, flip * np.array(_WAYS[lean]))
    columns = np.zeros((3, 3))
    columns[:, "xyz".index(first[1])] = _signed(first, exact)
    columns[:, "xyz".index(second[1])] = _signed(second, near)
    third = ({0, 1, 2} - {"xyz".index(first[1]), "xyz".index(second[1])}).pop()
    columns[:, third] = np.cross(columns[:, (third + 1) % 3], columns[:, (third + 2) % 3])
    return columns


def _or_up(way: str) -> str:
    """Bones of no length point up."""
    return "up" if way == "along" else way


def _square(exact: Array, near: Array) -> Array:
    """(3,) unit, square to one and as near to the other as can be; of eyes and jaws, which point to
    the front as their axes lean, up."""
    for way in (near, np.array(_WAYS["up"]), np.array(_WAYS["front"])):
        rest = way - (way @ exact) * exact
        if np.linalg.norm(rest) > _TOO_PARALLEL:
            return normalize(rest)
    raise AssertionError("up and front are square to each other")


def _signed(axis: str, way: Array) -> Array:
    return way if axis[0] == "+" else -way
