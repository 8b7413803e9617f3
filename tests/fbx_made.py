"""FBX files with everything that nodes may have: pivots, orders of turning, axes and scales."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec
from retarget.fbx.document import document
from retarget.fbx.models import Scene
from retarget.fbx.objects import ROOT, Objects
from retarget.fbx.tree import Node, node, read_tree, write_tree
from retarget.rigs.skeleton import RigSkeleton

_PIVOTS = ("RotationOffset", "RotationPivot", "ScalingOffset", "ScalingPivot")
_TURNS = ("PreRotation", "PostRotation")


def write_odd_chain(
    path: Path, seed: int, order: int = 0, active: bool = True, bones: int = 4, **more: tuple
) -> None:
    """A null of another size above a chain of bones, all turned and moved by chance.

    Args:
        order: of turning, 0 to 6.
        active: whether anything but Lcl Rotation counts for how nodes are turned.
        more: properties of the second bone.
    """
    rng, objects = np.random.default_rng(seed), Objects()
    above = ROOT
    for row in range(bones + 1):
        says = {name: rng.normal(size=3) * 5 for name in (*_PIVOTS, "Lcl Translation")}
        says |= {name: rng.normal(size=3) * 60 for name in (*_TURNS, "Lcl Rotation")}
        says["Lcl Scaling"] = np.full(3, 2.5 if row == 0 else 1.0)
        says |= {"RotationActive": (int(active),), "RotationOrder": (order,), "InheritType": (1,)}
        if row == 2:
            says |= more
        kind = "LimbNode" if row else "Null"
        model = objects.add("Model", f"bone{row}" if row else "Above", [_block(says)], kind)
        objects.connect(model, above)
        objects.connect(objects.add("NodeAttribute", "", kind=kind), model)
        above = model
    write_tree(path, document(objects, Fraction(30), 2, "none", 100.0))


def _block(says: dict) -> Node:
    kinds = dict.fromkeys(says, ("Vector3D", "Vector", ""))
    kinds |= {"RotationActive": ("bool", "", ""), "RotationOrder": ("enum", "", "")}
    kinds |= {"InheritType": ("enum", "", "")}
    rows = [
        node("P", name, *kinds[name], *(v if isinstance(v, int) else float(v) for v in values))
        for name, values in says.items()
    ]
    return node("Properties70", children=rows)


def skeleton_of_file(path: Path) -> RigSkeleton:
    """The limb nodes of a file with +Y up in centimetres, as its numbers place them."""
    scene = Scene(path, read_tree(path))
    world: dict[int, Array] = {0: np.eye(4)}
    for model in scene.models.values():  # written parents first
        world[model.number] = world[model.parent] @ model.transform.local
    bones = [model for model in scene.models.values() if model.kind == "LimbNode"]
    rows = {model.number: row for row, model in enumerate(bones)}
    places = np.stack([world[model.number] for model in bones])
    heads = places[:, :3, 3] / 100
    return RigSkeleton(
        names=tuple(model.name for model in bones),
        parents=tuple(rows.get(model.parent, -1) for model in bones),
        heads=heads,
        axes=places[:, :3, :3] / np.linalg.norm(places[:, :3, :3], axis=1, keepdims=True),
        tails=heads + np.array([0, 0.1, 0]),
    )


def dancing(rig: RigSkeleton, frames: int) -> tuple[Array, Array]:
    """Axes (T, B, 3, 3) and heads (T, B, 3) m of bones that turn; roots walk."""
    rng = np.random.default_rng(5)
    bones, t = len(rig.names), np.arange(frames)[:, None, None] / 15
    turn = matrix_from_rotvec(0.5 * np.sin(rng.uniform(1, 5, (bones, 3)) * t))
    deltas, heads = np.zeros((frames, bones, 3, 3)), np.zeros((frames, bones, 3))
    walk = np.stack([np.sin(t[:, 0, 0]), 0.1 * np.cos(t[:, 0, 0]), t[:, 0, 0]], -1)
    for bone, parent in enumerate(rig.parents):
        above = deltas[:, parent] if parent >= 0 else np.eye(3)
        deltas[:, bone] = above @ turn[:, bone]
        if parent < 0:
            heads[:, bone] = rig.heads[bone] + walk
        else:
            heads[:, bone] = heads[:, parent] + above @ (rig.heads[bone] - rig.heads[parent])
    return deltas @ rig.axes, heads
