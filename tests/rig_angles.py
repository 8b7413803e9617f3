"""How well a posed rig matches its actor, and a second opinion on where its bones are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from livemocap.rotation import Array, matrix_from_quat, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.motion import PersonMotion
from retarget.rigs.rig import Rig
from retarget.rigs.skeleton import RigSkeleton
from retarget.rigs.solve import RigPose

_DIGITS = ("thumb", "index", "middle", "ring", "pinky")
_ARMS_LEGS = ("shoulder elbow", "elbow wrist", "hip knee", "knee ankle", "ankle foot")
LIMBS = [
    tuple(f"{side}_{joint}" for joint in pair.split())
    for side in ("left", "right")
    for pair in (*_ARMS_LEGS, *(f"{d}{k} {d}{k + 1}" for d in _DIGITS for k in (1, 2)))
]
"""(joint, next joint) of arms, legs and fingers. Feet aim like the actor's with flat_feet=False;
else soles stay as level as at rest."""


def actor_joints(motion: PersonMotion) -> Array:
    """(T, 55, 3) m."""
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    return joint_positions(world, motion.rest_joints, motion.pelvis, SMPLX)


def limb_errors_deg(heads: Array, bones: Mapping[str, int], joints: Array) -> dict[str, Array]:
    """(T,) angles between the limbs of a rig, (T, B, 3) m, and an actor's, (T, 55, 3) m.

    Args:
        bones: row in `heads` by joint name.
    """
    return {
        f"{a} {b}": _angles_deg(
            heads[:, bones[b]] - heads[:, bones[a]],
            joints[:, SMPLX.index(b)] - joints[:, SMPLX.index(a)],
        )
        for a, b in LIMBS
        if a in bones and b in bones
    }


def palm_errors_deg(heads: Array, bones: Mapping[str, int], joints: Array) -> dict[str, Array]:
    """(T,) angles between palms' normals, from the wrist to the first and the last knuckle."""
    found = {}
    for side in ("left", "right"):
        names = [f"{side}_wrist", f"{side}_index1", f"{side}_pinky1"]
        if all(name in bones for name in names):
            rows = [bones[name] for name in names]
            found[side] = _angles_deg(_normal(heads, rows), _normal(joints, SMPLX.indices(*names)))
    return found


def rows_of(skeleton: RigSkeleton, bones: Mapping[str, str]) -> dict[str, int]:
    """Rows by joint name."""
    return {joint: skeleton.rows[bone] for joint, bone in bones.items()}


def blender_matrices(rig: Rig, pose: RigPose) -> Array:
    """(T, B, 4, 4) as Blender's pose: parent, rest against parent, then the bone's own basis."""
    skeleton = rig.skeleton
    rest = np.tile(np.eye(4), (len(skeleton.names), 1, 1))
    rest[:, :3, :3], rest[:, :3, 3] = skeleton.axes, skeleton.heads
    frames = len(pose.hips_m)
    basis = np.tile(np.eye(4), (frames, len(rest), 1, 1))
    for place, name in enumerate(rig.bones):
        row = skeleton.rows[name]
        basis[:, row, :3, :3] = matrix_from_quat(pose.rotations_wxyz[:, place])
    basis[:, rig.carrier_row, :3, 3] += pose.hips_m
    if rig.root_row is not None:
        basis[:, rig.root_row, :3, 3] += pose.root_m
    thing = np.tile(np.eye(4), (frames, 1, 1))
    thing[:, :3, 3] = pose.object_m
    out = np.empty_like(basis)
    for row, parent in enumerate(skeleton.parents):
        local = rest[row] if parent < 0 else np.linalg.inv(rest[parent]) @ rest[row]
        out[:, row] = (thing if parent < 0 else out[:, parent]) @ local @ basis[:, row]
    return out


def _normal(points: Array, rows: list[int]) -> Array:
    wrist, first, last = (points[:, row] for row in rows)
    return np.cross(first - wrist, last - wrist)


def _angles_deg(a: Array, b: Array) -> Array:
    a, b = normalize(a), normalize(b)
    sine = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.degrees(np.arctan2(sine, (a * b).sum(-1)))
