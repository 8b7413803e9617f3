"""The layouts in which .npz files keep poses of SMPL, SMPL-H and SMPL-X bodies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..errors import RetargetError
from .npz_arrays import NpzArrays

_JOINTS = len(SMPLX.names)
_BODY = list(range(BODY_JOINTS))
_HANDS = list(range(25, _JOINTS))
_COLUMNS = {
    72: ("smpl", _BODY),  # its two last joints are whole hands, which SMPL-X does not have
    156: ("smplh", _BODY + _HANDS),
    165: ("smplx", list(range(_JOINTS))),
}
"""By the number of columns of `poses`: the model, and the joints in the file's order."""
_PARTS = {
    "global_orient": [0], "root_orient": [0],
    "body_pose": _BODY[1:], "pose_body": _BODY[1:],
    "jaw_pose": [22], "pose_jaw": [22],
    "leye_pose": [23], "reye_pose": [24], "pose_eye": [23, 24],
    "left_hand_pose": _HANDS[:15], "right_hand_pose": _HANDS[15:], "pose_hand": _HANDS,
}  # fmt: skip
"""Joints of the arrays of files that keep the parts of the body apart."""
_RATES = ("mocap_framerate", "mocap_frame_rate", "frame_rate", "framerate", "fps")


@dataclass(frozen=True, kw_only=True)
class NpzPoses:
    """What a file says, in its own axes."""

    layout: str
    model: str
    """smpl, smplh or smplx."""
    gender: str
    betas: Array
    """(B,) of that model and gender."""
    rotvecs: Array
    """(T, 55, 3) rad, as in PoseFrame."""
    transl: Array
    """(T, 3) m, the pelvis less where it is at rest."""
    known: Array
    """(55,) bool"""
    fps: float | None
    usual_up: str
    """Of files of this layout."""
    hand_mean_known: bool = True
    notes: tuple[str, ...] = ()


def read_poses(path: Path) -> NpzPoses:
    """
    Raises:
        RetargetError: it is no .npz of poses; the message says what is in it instead.
    """
    with NpzArrays(path) as arrays:
        if "poses" in arrays:
            return _amass(arrays)
        if ("global_orient" in arrays or "root_orient" in arrays) and (
            "body_pose" in arrays or "pose_body" in arrays
        ):
            return _parts(arrays)
        inside = ", ".join(arrays.names[:8]) or "nothing"
        raise RetargetError(
            f"{path}: holds {inside}: expected poses and trans (AMASS), or global_orient, "
            "body_pose and transl (SMPL-X)"
        )


def _amass(arrays: NpzArrays) -> NpzPoses:
    poses = arrays.per_frame("poses")
    if poses.shape[1] not in _COLUMNS:
        raise RetargetError(
            f"{arrays.path}: poses has {poses.shape[1]} columns, expected 72 (SMPL), 156 (SMPL-H) "
            "or 165 (SMPL-X)"
        )
    model, joints = _COLUMNS[poses.shape[1]]
    rotvecs = np.zeros((len(poses), _JOINTS, 3))
    rotvecs[:, joints] = poses[:, : 3 * len(joints)].reshape(len(poses), -1, 3)
    return NpzPoses(
        layout="AMASS",
        rotvecs=rotvecs,
        known=np.isin(np.arange(_JOINTS), joints),
        usual_up="+Z",
        **_common(arrays, len(poses), model),
    )


def _parts(arrays: NpzArrays) -> NpzPoses:
    notes: list[str] = []
    found = {name: arrays.per_frame(name) for name in _PARTS if name in arrays}
    frames = max(len(part) for part in found.values())
    rotvecs, known = np.zeros((frames, _JOINTS, 3)), np.zeros(_JOINTS, bool)
    for name, part in found.items():
        joints = _PARTS[name]
        if name == "body_pose" and part.shape[1] == 69:
            part = part[:, :63]  # SMPL's: whole hands at the end
        if name.endswith("hand_pose") and part.shape[1] < 45:
            notes.append(f"{name} is {part.shape[1]} principal components: that hand stays flat")
            continue
        if part.shape[1] != 3 * len(joints) or len(part) not in (1, frames):
            raise RetargetError(
                f"{arrays.path}: {name} has shape {part.shape}, expected "
                f"({frames}, {3 * len(joints)})"
            )
        rotvecs[:, joints] = part.reshape(len(part), -1, 3)
        known[joints] = True
    flat = arrays.optional("flat_hand_mean")
    return NpzPoses(
        layout="parts of SMPL-X",
        rotvecs=rotvecs,
        known=known,
        usual_up="+Y",
        hand_mean_known=not known[_HANDS].any() or bool(flat is not None and flat.all()),
        **_common(arrays, frames, _model_of(arrays, found), *notes),
    )


def _model_of(arrays: NpzArrays, parts: dict[str, Array]) -> str:
    said = arrays.text("surface_model_type") or arrays.text("model_type")
    if said in ("smpl", "smplh", "smplx"):
        return said
    return "smpl" if "body_pose" in parts and parts["body_pose"].shape[1] == 69 else "smplx"


def _common(arrays: NpzArrays, frames: int, model: str, *notes: str) -> dict[str, Any]:
    """What all layouts have, called this or that."""
    name = next((n for n in ("trans", "transl") if n in arrays), None)
    transl = arrays.per_frame(name) if name else np.zeros((frames, 3))
    if transl.shape != (frames, 3):
        raise RetargetError(
            f"{arrays.path}: {name} has shape {transl.shape}, expected ({frames}, 3)"
        )
    if name is None:
        notes += ("neither trans nor transl in it: the person stays in place",)
    rate = next((r for n in _RATES if (r := arrays.optional(n)) is not None and r.size == 1), None)
    betas = arrays.optional("betas")
    return {
        "model": model,
        "gender": arrays.text("gender") or "neutral",
        "betas": np.zeros(10) if betas is None else np.median(np.atleast_2d(betas), axis=0),
        "transl": transl,
        "fps": None if rate is None else float(rate.item()),
        "notes": notes,
    }
