"""AMASS's and SMPL-X's .npz files as one person's motion."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import (
    continuous,
    matrix_from_rotvec,
    quat_from_matrix,
    quat_from_rotvec,
)

from ..errors import RetargetError
from ..motion import PersonMotion
from .frame_rate import rate_of_number
from .npz_layout import NpzPoses, read_poses
from .recording import Bodies, Recording
from .upright import chosen_up, turn_upright, up_axis

_SMPL_PELVIS = np.array([0.0, -0.23, 0.03])
"""Where SMPL's and SMPL-H's bodies have the pelvis at rest, m; the sexes differ by 2 cm."""


def read_npz_person(
    path: Path, bodies: Bodies, up: str | None = None, fps: Fraction | None = None
) -> Recording:
    """
    Args:
        up: `y` or `z`; None finds it out.
        fps: the file's true rate; None takes it from the file.

    Raises:
        RetargetError: it is no such file.
    """
    poses = read_poses(path)
    rate = fps or _rate(poses, path)
    body = bodies(poses.model, poses.gender, poses.betas)
    axis, guessed = _up(poses, chosen_up(up))
    turn = turn_upright(axis)
    offset = _SMPL_PELVIS if body.stands_in and poses.model != "smplx" else body.joints[0]
    local = quat_from_rotvec(poses.rotvecs)
    # turned about the world's origin: the pelvis goes along, transl alone would not do
    local[:, 0] = quat_from_matrix(turn @ matrix_from_rotvec(poses.rotvecs[:, 0]))
    return Recording(
        motion=PersonMotion(
            track_id=1,
            times_s=np.arange(len(local)) / float(rate),
            local_wxyz=continuous(local),
            pelvis=(poses.transl + offset) @ turn.T,
            rest_joints=np.array(body.joints, float),
        ),
        fps=rate,
        known=poses.known,
        body=body,
        hand_mean_known=poses.hand_mean_known,
        needs_floor=body.stands_in,
        notes=(
            f"{poses.layout}, {poses.gender} {poses.model}",
            f"up is {axis}{guessed}",
            *_body_notes(poses, body.stands_in, body.name),
            *poses.notes,
        ),
    )


def _rate(poses: NpzPoses, path: Path) -> Fraction:
    if poses.fps is None:
        raise RetargetError(f"{path}: says no frame rate. Say it: --source-fps 30")
    return rate_of_number(poses.fps, path)


def _up(poses: NpzPoses, said: str | None) -> tuple[str, str]:
    """The axis, and how sure that is."""
    if said:
        return said, ""
    bodies = matrix_from_rotvec(poses.rotvecs[:, 0])[..., 1]  # our rest pose stands along Y
    found = up_axis(bodies)
    if found:
        return found, ""
    return poses.usual_up, f", as usual in {poses.layout}: nobody stands upright in it"


def _body_notes(poses: NpzPoses, stands_in: bool, name: str) -> tuple[str, ...]:
    if not stands_in:
        return (f"body {name}",)
    return (
        f"the proportions are those of {name}: the betas need the {poses.gender} {poses.model} "
        "body, which is not here; feet are put on the floor",
    )
