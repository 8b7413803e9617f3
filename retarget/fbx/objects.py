"""The objects of an FBX file and who belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .tree import Node, node

ROOT = np.int64(0)
"""What everything hangs on that hangs on nothing else; no object of the file."""

_FIRST = 1_000_000
"""Far from the few numbers that mean something already."""

_CLASSES = {
    "Model": "Model",
    "NodeAttribute": "NodeAttribute",
    "Pose": "Pose",
    "AnimationStack": "AnimStack",
    "AnimationLayer": "AnimLayer",
    "AnimationCurveNode": "AnimCurveNode",
    "AnimationCurve": "AnimCurve",
}
"""What FBX keeps behind a name, by the record's own name."""


class Objects:
    """Gathers a file's objects, each under a number of its own, and their connections."""

    def __init__(self, first: int = _FIRST) -> None:
        self.nodes: list[Node] = []
        self.connections: list[Node] = []
        self._next = first

    def add(
        self, record: str, name: str, children: Sequence[Node] = (), kind: str = ""
    ) -> np.int64:
        """Add an object.

        Args:
            record: such as `Model`.
            kind: such as `LimbNode`.

        Returns:
            Its number.
        """
        number = np.int64(self._next)
        self._next += 1
        full_name = f"{name}\x00\x01{_CLASSES[record]}"
        self.nodes.append(node(record, number, full_name, kind, children=children, closed=True))
        return number

    def connect(self, child: np.int64, parent: np.int64, at: str | None = None) -> None:
        """Hang an object on another one, or on one of its properties."""
        where = ("OO",) if at is None else ("OP",)
        names = () if at is None else (at,)
        self.connections.append(node("C", *where, child, parent, *names))
