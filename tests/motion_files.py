"""Files of motion as other programs write them, made up, with the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from motion import smooth_motion
from rigs_made import A_POSE, MadeRig, made_rig, person

from livemocap.rotation import Array, matrix_from_quat, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.euler import euler_from_matrix
from retarget.import_motion.recording import RestBody
from retarget.motion import PersonMotion
from retarget.rigs.skeleton import RigSkeleton

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""(3, 3) our world to one where Z is up."""


def rest_body(_model: str = "", _gender: str = "", _betas: Array | None = None) -> RestBody:
    """The body of the made-up characters, standing in for any."""
    return RestBody(
        joints=person(), name="made_up", hash="0" * 16, betas=np.zeros(10), stands_in=True
    )


def upright_motion(frames: int = 40, fps: float = 30.0, seed: int = 0) -> PersonMotion:
    """Somebody who moves every joint, on the made-up characters' body."""
    motion = smooth_motion(frames, fps, seed)
    return PersonMotion(
        track_id=1,
        times_s=motion.times_s,
        local_wxyz=motion.local_wxyz,
        pelvis=motion.pelvis,
        rest_joints=person(),
    )


@dataclass(frozen=True)
class BvhTruth:
    """A BVH file and what is in it."""

    path: Path
    rig: MadeRig
    motion: PersonMotion
    places: Array
    """(T, B, 3) m the bones in our world."""
    world: Array
    """(T, 55, 3, 3) what the joints do."""

    def rows(self, names: list[str]) -> list[int]:
        return [self.rig.skeleton.rows[self.rig.bones[name]] for name in names]


def write_rig_bvh(
    path: Path,
    rig: MadeRig | None = None,
    motion: PersonMotion | None = None,
    *,
    rest: str = "T",
    yaw_deg: float = 0.0,
    unit_m: float = 0.01,
    turn: Array | None = None,
    order: str = "ZXY",
    frame_time: str = "0.0333333",
    moving_bones: bool = False,
    from_rest: Array | None = None,
) -> BvhTruth:
    """A character's motion, such as an animation program exports it.

    Args:
        rest: of the rig: "T" or "A".
        yaw_deg: of the rig.
        turn: (3, 3) of the whole file, rest and motion, from our world to the file's axes.
        moving_bones: give every bone six channels.
        from_rest: (55, 3, 3) turns of the bones to the T-pose that `rig` is in, from the rest
            pose that the file is to have instead.
    """
    rig = rig or made_rig(rest=rest, yaw_deg=yaw_deg)
    if from_rest is not None:
        rig = replace(rig, skeleton=_bent(rig, from_rest))
    motion = motion or upright_motion()
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    turns, places = _follow(
        rig, world, motion.pelvis, _from_rest(rest, yaw_deg) if from_rest is None else from_rest
    )
    R = np.eye(3) if turn is None else turn
    text = _hierarchy(rig, rig.skeleton.heads @ R.T / unit_m, order, moving_bones)
    rows = _rows(rig, R @ turns @ R.T, places @ R.T / unit_m, order, moving_bones)
    lines = [" ".join(f"{value:.8f}" for value in row) for row in rows]
    head = [f"Frames: {motion.frames}", f"Frame Time: {frame_time}"]
    path.write_text("\n".join(["HIERARCHY", *text, "MOTION", *head, *lines]) + "\n")
    return BvhTruth(path, rig, motion, places, world)


def _from_rest(rest: str, yaw_deg: float) -> Array:
    """(55, 3, 3) C: from where the rig's bones rest to the T-pose."""
    rotvecs = np.zeros((len(SMPLX.names), 3))
    if rest == "A":
        for name, rotvec in A_POSE.items():
            rotvecs[SMPLX.index(name)] = rotvec
    bent = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    yaw = matrix_from_rotvec([0.0, np.radians(yaw_deg), 0.0])
    return np.swapaxes(yaw @ bent, -1, -2)


def _bent(rig: MadeRig, from_rest: Array) -> RigSkeleton:
    """The rig's skeleton with every bone turned away from where it is."""
    skeleton, joints = rig.skeleton, {bone: joint for joint, bone in rig.bones.items()}
    heads = skeleton.heads.copy()
    for bone, parent in enumerate(skeleton.parents):
        if parent >= 0:
            C = from_rest[SMPLX.index(joints[skeleton.names[parent]])]
            step = skeleton.heads[bone] - skeleton.heads[parent]
            heads[bone] = heads[parent] + C.T @ step
    return replace(skeleton, heads=heads)


def _follow(rig: MadeRig, world: Array, pelvis: Array, C: Array) -> tuple[Array, Array]:
    """(T, B, 3, 3) turns from rest and (T, B, 3) places of the bones, m."""
    skeleton, joints = rig.skeleton, {bone: joint for joint, bone in rig.bones.items()}
    turns = np.empty((len(world), len(skeleton.names), 3, 3))
    places = np.empty((len(world), len(skeleton.names), 3))
    for bone, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        if name in joints:
            joint = SMPLX.index(joints[name])
            turns[:, bone] = world[:, joint] @ C[joint]
        else:
            turns[:, bone] = turns[:, parent] if parent >= 0 else np.eye(3)
        if parent < 0:
            places[:, bone] = pelvis if name in joints else skeleton.heads[bone]
        else:
            step = skeleton.heads[bone] - skeleton.heads[parent]
            places[:, bone] = places[:, parent] + turns[:, parent] @ step
    return turns, places


def _hierarchy(rig: MadeRig, heads: Array, order: str, moving_bones: bool) -> list[str]:
    skeleton, lines = rig.skeleton, []
    rotations = " ".join(f"{axis}rotation" for axis in order)

    def add(bone: int, offset: Array) -> None:
        root = skeleton.parents[bone] < 0
        lines.append(f"{'ROOT' if root else 'JOINT'} {skeleton.names[bone]}")
        lines.append("{")
        lines.append("OFFSET " + " ".join(f"{x:.8f}" for x in offset))
        if root or moving_bones:
            lines.append(f"CHANNELS 6 Xposition Yposition Zposition {rotations}")
        else:
            lines.append(f"CHANNELS 3 {rotations}")
        for child in skeleton.children[bone]:
            add(child, heads[child] - heads[bone])
        if not skeleton.children[bone]:
            lines.extend(["End Site", "{", "OFFSET 0 0 0", "}"])
        lines.append("}")

    add(0, np.zeros(3))
    return lines


def _rows(rig: MadeRig, turns: Array, places: Array, order: str, moving_bones: bool) -> Array:
    skeleton, columns = rig.skeleton, []

    def add(bone: int) -> None:
        parent = skeleton.parents[bone]
        local = turns[:, bone]
        if parent >= 0:
            local = np.swapaxes(turns[:, parent], -1, -2) @ local
        if parent < 0:
            columns.append(places[:, bone])
        elif moving_bones:
            step = (places[:, bone] - places[:, parent])[..., None]
            columns.append((np.swapaxes(turns[:, parent], -1, -2) @ step)[..., 0])
        columns.append(np.degrees(euler_from_matrix(local, order)))
        for child in skeleton.children[bone]:
            add(child)

    add(0)
    return np.concatenate(columns, -1)


def write_amass(path: Path, motion: PersonMotion, columns: int = 156, **more: object) -> Path:
    """As AMASS has it: Z up, `trans` less the pelvis of the body at rest."""
    from livemocap.rotation import rotvec_from_matrix, rotvec_from_quat

    rotvecs = rotvec_from_quat(motion.local_wxyz)
    rotvecs[:, 0] = rotvec_from_matrix(Z_UP @ matrix_from_quat(motion.local_wxyz[:, 0]))
    keep = {72: range(22), 156: (*range(22), *range(25, 55)), 165: range(55)}[columns]
    poses = np.zeros((motion.frames, columns))
    poses[:, : 3 * len(keep)] = rotvecs[:, list(keep)].reshape(motion.frames, -1)
    arrays: dict[str, object] = {
        "poses": poses,
        "trans": motion.pelvis @ Z_UP.T - motion.rest_joints[0],
        "betas": np.linspace(1, 2, 16),
        "gender": "male",
        "mocap_framerate": 30.0,
        "dmpls": np.zeros((motion.frames, 8)),
    }
    arrays |= more
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})  # pyright: ignore
    return path


def joints_of(motion: PersonMotion, names: list[str]) -> Array:
    """(T, N, 3) m"""
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    places = joint_positions(world, motion.rest_joints, motion.pelvis, SMPLX)
    return places[:, SMPLX.indices(*names)]
