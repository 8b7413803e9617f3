"""Where an FBX node is in its parent: translation, rotations and scale, about pivots.

local = T * Roff * Rp * Rpre * R * inverse(Rpost) * inverse(Rp) * Soff * Sp * S * inverse(Sp)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from livemocap.rotation import Array

from ..euler import continuous_euler, euler_from_matrix, matrix_from_euler
from .channels import ROTATION, TRANSLATION

_ORDERS = ("XYZ", "XZY", "YZX", "YXZ", "ZXY", "ZYX")
"""By RotationOrder: which axis turns first, second, third."""

_WITHOUT_PARENTS_SCALE = 2

_ZERO, _ONE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Transform:
    """What a node says of its place; angles in degrees, lengths in the file's unit."""

    says: Mapping[str, tuple[float, ...]]
    """Properties by name, those of the template included."""

    @property
    def known_order(self) -> bool:
        """Whether it turns about axes one after the other; FBX knows another way too."""
        return self._order_number < len(_ORDERS)

    @property
    def inherits_scale(self) -> bool:
        """Whether its parent's scale scales it too."""
        return int(self.says.get("InheritType", (0,))[0]) != _WITHOUT_PARENTS_SCALE

    @property
    def scale(self) -> Array:
        """(3,)."""
        return self._vector("Lcl Scaling", _ONE)

    @cached_property
    def own_angles(self) -> Array:
        """(3,) degrees about X, Y, Z, without animation."""
        return self._vector(ROTATION)

    @cached_property
    def own_translation(self) -> Array:
        """(3,)."""
        return self._vector(TRANSLATION)

    @cached_property
    def local(self) -> Array:
        """(4, 4) as the file has it, without animation."""
        turn = self.before @ _turn(self.own_angles, self.order) @ self.after
        matrix = np.eye(4)
        matrix[:3, :3] = turn * self.scale
        matrix[:3, 3] = self.own_translation + self._shift + turn @ self._arm
        return matrix

    def angles(self, turns: Array) -> Array:
        """(T, 3) degrees of Lcl Rotation that turn the node by (T, 3, 3) in its parent.

        Without jumps, from the file's own angles on.
        """
        own = np.swapaxes(self.before, -1, -2) @ turns @ np.swapaxes(self.after, -1, -2)
        matrices = np.concatenate([_turn(self.own_angles, self.order)[None], own])
        # as matrices the axis that turns first stands last
        found = continuous_euler(euler_from_matrix(matrices, self.order[::-1]))[1:, ::-1]
        return np.degrees(found)[:, np.argsort(["XYZ".index(axis) for axis in self.order])]

    def translations(self, turns: Array, places: Array) -> Array:
        """(T, 3) of Lcl Translation that put the node at (T, 3) places in its parent.

        Args:
            turns: (T, 3, 3) of the node in its parent.
        """
        return places - self._shift - turns @ self._arm

    @cached_property
    def order(self) -> str:
        """Which axis turns first, second, third."""
        return _ORDERS[self._order_number]

    @cached_property
    def before(self) -> Array:
        """(3, 3) between the parent and Lcl Rotation."""
        return _turn(self._vector("PreRotation")) if self._active else np.eye(3)

    @cached_property
    def after(self) -> Array:
        """(3, 3) between Lcl Rotation and the node's own axes."""
        return _turn(self._vector("PostRotation")).T if self._active else np.eye(3)

    @property
    def _active(self) -> bool:
        """Without it FBX leaves out what stands before and after the rotation, and its order."""
        return bool(self.says.get("RotationActive", (0,))[0])

    @property
    def _order_number(self) -> int:
        return int(self.says.get("RotationOrder", (0,))[0]) if self._active else 0

    @property
    def _shift(self) -> Array:
        """(3,) what the pivots add in the parent's axes."""
        return self._vector("RotationOffset") + self._vector("RotationPivot")

    @property
    def _arm(self) -> Array:
        """(3,) what they add in the node's own axes."""
        pivot = self._vector("ScalingPivot")
        away = self._vector("ScalingOffset") + pivot - self.scale * pivot
        return away - self._vector("RotationPivot")

    def _vector(self, name: str, otherwise: tuple[float, ...] = _ZERO) -> Array:
        return np.array(self.says.get(name, otherwise), float)


def _turn(degrees: Array, order: str = "XYZ") -> Array:
    """(3,) about X, Y, Z to (3, 3)."""
    by_turn = degrees[["XYZ".index(axis) for axis in reversed(order)]]
    return matrix_from_euler(np.radians(by_turn), order[::-1])
