"""The body's joint angles: which there are, what is usual, and the rotations they make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import skew
from livemocap.skeleton import BODY_JOINTS, SMPLX, Skeleton

from .observation import Array

BODY = Skeleton(SMPLX.names[:BODY_JOINTS], SMPLX.parents[:BODY_JOINTS])
"""SMPL-X without hands and face: what the landmarks of the body determine."""

_PRIOR = Path(__file__).parent / "pose_prior.json"
_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0), "-y": (0.0, -1.0, 0.0)}
_EYE = np.eye(3)
_MIRROR = np.array([1.0, -1.0, -1.0])
"""A rotation vector seen in the mirror x -> -x."""


@dataclass(frozen=True)
class Angle:
    """One number of a pose: how far a joint turns about an axis of its parent's rest frame."""

    group: str
    is_twist: bool
    axis: tuple[float, float, float]
    share: Mapping[str, float]
    """How much of it each joint makes."""
    mean: float
    sd: float
    low: float
    high: float


class PoseSpace:
    """D angles and what they mean. A joint's rotation is exp(swing) exp(twist)."""

    def __init__(self, angles: list[Angle]) -> None:
        self.angles = angles
        self.mean, self.sd, self.low, self.high = (
            np.array([getattr(a, name) for a in angles]) for name in ("mean", "sd", "low", "high")
        )
        self._from_angles = np.zeros((2, BODY_JOINTS, 3, len(angles)))
        elements = []
        for d, angle in enumerate(angles):
            for name, share in angle.share.items():
                joint = BODY.index(name)
                self._from_angles[int(angle.is_twist), joint, :, d] = share * np.array(angle.axis)
                elements.append((joint, d, int(angle.is_twist)))
        joints, dofs, twists = np.array(elements).T
        self.element_joints = joints
        """(E,) a joint that an angle moves; spine and neck angles move several."""
        self.element_angles = dofs
        self._element_frames = twists * BODY_JOINTS + joints
        self._element_axes = self._from_angles[twists, joints, :, dofs][..., None]

    def index(self, group: str) -> Array:
        """The angles of a joint (or chain), in the order of the file."""
        return np.array([d for d, a in enumerate(self.angles) if a.group == group])

    def rotations(self, angles: Array) -> tuple[Array, Array]:
        """Rotations and how they change.

        Args:
            angles: (P, D) rad.

        Returns:
            (P, 22, 3, 3) parent-relative rotations, the pelvis' left at identity, and (P, E, 3)
            the angular velocity per unit of each element's angle, in the frame of its parent.
        """
        vectors = np.tensordot(angles, self._from_angles, (1, 3))
        R, velocity = exponential(vectors)
        swing, twist = R[:, 0], R[:, 1]
        frames = np.concatenate([velocity[:, 0], swing], 1)
        axes = (frames[:, self._element_frames] @ self._element_axes)[..., 0]
        return swing @ twist, axes


def exponential(rotvec: Array) -> tuple[Array, Array]:
    """(..., 3) to rotations and the left Jacobians that turn its change to angular velocity."""
    square = (rotvec * rotvec).sum(-1)[..., None, None] + 1e-12
    angle = np.sqrt(square)
    cosine, sinc = np.cos(angle), np.sin(angle) / angle
    turn = (1 - cosine) / square
    K = skew(rotvec)
    products = rotvec[..., :, None] * rotvec[..., None, :]
    rotation = cosine * _EYE + sinc * K + turn * products
    velocity = sinc * _EYE + turn * K + (1 - sinc) / square * products
    return rotation, velocity


@cache
def pose_space() -> PoseSpace:
    """The angles of pose_prior.json, right side mirrored from the left."""
    groups = json.loads(_PRIOR.read_text(encoding="utf-8"))["joints"]
    return PoseSpace([angle for name, spec in groups.items() for angle in _angles(name, spec)])


def _angles(name: str, spec: dict[str, Any]) -> Iterator[Angle]:
    sides = (name, name.replace("left_", "right_")) if name.startswith("left_") else (name,)
    for side in sides:
        share = spec.get("share", {side: 1.0})
        for row in spec["swing"]:
            yield _angle(side, share, row, is_twist=False)
        if "twist" in spec:
            yield _angle(side, share, spec["twist"], is_twist=True)


def _angle(group: str, share: dict[str, float], row: dict[str, Any], *, is_twist: bool) -> Angle:
    axis = np.array(_AXES[row["axis"]])
    if group.startswith("right_"):
        axis = axis * _MIRROR
    mean, sd, low, high = np.radians([row["mean"], row["sd"], *row["range"]])
    return Angle(group, is_twist, tuple(axis), share, mean, sd, low, high)
