"""Bones as FBX has them: a model for each, what makes it a bone, and the pose it is bound in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from ..errors import RetargetError
from .eulers import euler_degrees
from .objects import ROOT, Objects
from .properties import properties
from .tree import Node, node

_DRAWN_SIZE = 33.0
"""Of a joint on the screen, percent; what Mixamo's have."""

_INHERIT_RSRS = 1
"""A parent's scale goes before the child's rotation; nothing here is scaled."""


@dataclass(frozen=True, kw_only=True)
class FbxSkeleton:
    """B bones at rest, each in its parent's axes, roots in the world (+Y up).

    Raises:
        RetargetError: the parts do not fit each other.
    """

    names: tuple[str, ...]
    """As the file will have them, any letters; no two are the same."""
    parents: tuple[int, ...]
    """-1 for a root; a parent stands before its children."""
    rest_local_translation: Array
    """(B, 3) m."""
    rest_local_rotation: Array
    """(B, 4) unit wxyz."""

    def __post_init__(self) -> None:
        bones = len(self.names)
        shapes = (self.rest_local_translation.shape, self.rest_local_rotation.shape)
        if len(self.parents) != bones or shapes != ((bones, 3), (bones, 4)):
            raise RetargetError("a skeleton's names, parents and rest must be as many")
        if len(set(self.names)) != bones or not all(self.names):
            raise RetargetError("bones must have names, and no two the same")
        if any(parent >= bone for bone, parent in enumerate(self.parents)):
            raise RetargetError("a skeleton's parents must stand before their children")
        rest = (self.rest_local_translation, self.rest_local_rotation)
        if not all(np.isfinite(each).all() for each in rest):
            raise RetargetError("a skeleton's rest has values that are no numbers")

    def rest_world(self) -> Array:
        """(B, 4, 4) each bone's axes and head at rest, m."""
        world = np.tile(np.eye(4), (len(self.names), 1, 1))
        world[:, :3, :3] = matrix_from_quat(self.rest_local_rotation)
        world[:, :3, 3] = self.rest_local_translation
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                world[bone] = world[parent] @ world[bone]
        return world


def add_bones(objects: Objects, skeleton: FbxSkeleton, units_per_metre: float) -> list[np.int64]:
    """Add all bones at rest and their bind pose; returns the number of each model."""
    angles = euler_degrees(skeleton.rest_local_rotation)
    places = skeleton.rest_local_translation * units_per_metre
    models: list[np.int64] = []
    for bone, name in enumerate(skeleton.names):
        model = objects.add("Model", name, _model(places[bone], angles[bone]), "LimbNode")
        limb = objects.add("NodeAttribute", name, _limb(), "LimbNode")
        parent = skeleton.parents[bone]
        objects.connect(model, models[parent] if parent >= 0 else ROOT)
        objects.connect(limb, model)
        models.append(model)
    world = skeleton.rest_world()
    world[:, :3, 3] *= units_per_metre
    objects.add("Pose", "BindPose", _bind_pose(world, models), "BindPose")
    return models


def _model(place: Array, angles: Array) -> list[Node]:
    rows = [
        ("RotationActive", "bool", 1),
        ("InheritType", "enum", _INHERIT_RSRS),
        ("DefaultAttributeIndex", "int", 0),
        ("Lcl Translation", "Lcl Translation", *place.tolist()),
        ("Lcl Rotation", "Lcl Rotation", *angles.tolist()),
        ("Lcl Scaling", "Lcl Scaling", 1.0, 1.0, 1.0),
    ]
    shown = [node("Shading", True), node("Culling", "CullingOff")]
    return [node("Version", 232), properties(rows), *shown]


def _limb() -> list[Node]:
    return [properties([("Size", "double", _DRAWN_SIZE)]), node("TypeFlags", "Skeleton")]


def _bind_pose(world: Array, models: list[np.int64]) -> list[Node]:
    """Where every bone is at rest, (B, 4, 4) in the file's unit."""
    # FBX multiplies rows by matrices
    rows = np.swapaxes(world, -1, -2).reshape(-1, 16)
    return [
        node("Type", "BindPose"),
        node("Version", 100),
        node("NbPoseNodes", len(models)),
        *(
            node("PoseNode", children=[node("Node", model), node("Matrix", row)])
            for model, row in zip(models, rows, strict=True)
        ),
    ]
