"""The bones of a rig that are written, and what moves each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import RetargetError
from .skeleton import RigSkeleton
from .twist import Share


@dataclass(frozen=True, slots=True)
class Driven:
    """A bone that is written."""

    row: int
    """In the skeleton."""
    parent: int
    """The driven bone that moves it, by place in `Rig.driven`; -1: none, it turns in the object's
    space."""
    joint: int
    """The SMPL-X joint whose calibration it has, and that it follows if it takes no share."""
    share: int = -1
    """Which of `Rig.shares` it takes; -1: it follows the joint itself."""


def find_driven(
    skeleton: RigSkeleton,
    rows: Mapping[int, int],
    shares: Sequence[Share],
    parents: Mapping[str, str | None],
) -> tuple[Driven, ...]:
    """The driven bones, each after the one that moves it.

    Args:
        rows: bone by joint.
        parents: what moves a bone, where that is not its parent; None: nothing.

    Raises:
        RetargetError: they move each other in a circle.
    """
    kinds = {row: (joint, -1) for joint, row in rows.items()}
    kinds |= {share.row: (share.joint, place) for place, share in enumerate(shares)}
    movers = {row: _mover(row, skeleton, kinds, parents) for row in kinds}
    places: dict[int, int] = {-1: -1}
    found: list[Driven] = []
    waiting = sorted(kinds)
    while waiting:
        ready = [row for row in waiting if movers[row] in places]
        if not ready:
            names = ", ".join(skeleton.names[row] for row in waiting)
            raise RetargetError(f"bones move each other in a circle: {names}")
        for row in ready:
            places[row] = len(found)
            found.append(Driven(row, places[movers[row]], *kinds[row]))
        waiting = [row for row in waiting if row not in places]
    return tuple(found)


def _mover(
    row: int,
    skeleton: RigSkeleton,
    driven: Mapping[int, tuple[int, int]],
    parents: Mapping[str, str | None],
) -> int:
    """The driven bone that carries a bone along, -1 if none does."""
    seen = {row}
    while True:
        name = skeleton.names[row]
        if name in parents:
            parent = parents[name]
            row = -1 if parent is None else skeleton.rows[parent]
        else:
            row = skeleton.parents[row]
        if row in driven or row < 0 or row in seen:
            return row if row in driven else -1
        seen.add(row)
