"""What DynaBOA learns from (its specification, section 4): each term unweighted, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .camera import projected
from .hmr import Estimate, Hmr
from .prior import PosePrior
from .rotation import rotvec_from_matrix
from .smpl import ANNOTATED, SmplBody

HIPS = [2, 3]
"""Of the 24 annotated joints: what 3D errors are counted from."""

TERMS = ("joints", "shape", "pose", "motion", "teacher", "labelled")


@dataclass(frozen=True, slots=True)
class Seen:
    """A person in one image."""

    crop: Tensor
    """(1, 3, 224, 224) as the net sees it."""
    keypoints: Tensor
    """(1, J, 3) x and y of -1..1 across the crop, and a confidence of 0 or 1."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A person of whom all is known; rehearsing it keeps the net from drifting."""

    seen: Seen
    """With the keypoints of all 49 joints."""
    joints: Tensor
    """(1, 24, 3) m, those of `smpl.ANNOTATED`."""
    rotations: Tensor
    """(1, 24, 3, 3)."""
    betas: Tensor
    """(1, 10)."""

    @classmethod
    def together(cls, samples: Sequence[Labelled]) -> Labelled:
        """Several as one batch."""
        crops, keypoints = (
            torch.cat([getattr(s.seen, part) for s in samples]) for part in ("crop", "keypoints")
        )
        rest = [
            torch.cat([getattr(s, part) for s in samples])
            for part in ("joints", "rotations", "betas")
        ]
        return cls(Seen(crops, keypoints), *rest)


@dataclass(frozen=True, slots=True)
class Looked:
    """An estimate with its joints, in space and in the crop."""

    estimate: Estimate
    joints: Tensor
    """(1, 49, 3) m."""
    points: Tensor
    """(1, 49, 2)."""

    @classmethod
    def at(cls, estimate: Estimate, body: SmplBody) -> Looked:
        _, joints = body(estimate.rotations, estimate.betas)
        return cls(estimate, joints, projected(joints, estimate.camera))


def joint_loss(points: Tensor, keypoints: Tensor) -> Tensor:
    """Both (1, J, ...): squares, over unseen joints too."""
    return (keypoints[..., 2:] * (points - keypoints[..., :2]) ** 2).mean()


def shape_loss(estimate: Estimate) -> Tensor:
    return (estimate.betas**2).sum(-1).mean()


def pose_loss(estimate: Estimate, prior: PosePrior) -> Tensor:
    return prior(rotvec_from_matrix(estimate.rotations[:, 1:]).flatten(1)).mean()


def motion_loss(points: Tensor, keypoints: Tensor, old_points: Tensor, old: Tensor) -> Tensor:
    """How joints moved in the image against how the keypoints did, where both were seen."""
    both = (keypoints[..., 2:] * old[..., 2:] == 1).to(points)
    moved = (points - old_points) - (keypoints[..., :2] - old[..., :2])
    return (both * moved**2).mean()


def teacher_loss(looked: Looked, teacher: Looked) -> Tensor:
    """How far from what a slower copy of the net says."""
    mine, its = looked.estimate, teacher.estimate
    return (
        5 * F.mse_loss(looked.points, teacher.points)
        + 5 * F.mse_loss(looked.joints, teacher.joints)
        + 0.001 * F.mse_loss(mine.betas, its.betas)
        + F.mse_loss(mine.rotations, its.rotations)
    )


def labelled_loss(looked: Looked, sample: Labelled) -> Tensor:
    """How far from the truth; joints unseen in the image do not count in space either."""
    mine, keypoints = looked.joints[:, ANNOTATED], sample.seen.keypoints[:, ANNOTATED]
    off = _from_hips(mine) - _from_hips(sample.joints)
    return (
        5 * joint_loss(looked.points[:, ANNOTATED], keypoints)
        + 5 * (keypoints[..., 2:] * off**2).mean()
        + 0.001 * F.mse_loss(looked.estimate.betas, sample.betas)
        + F.mse_loss(looked.estimate.rotations, sample.rotations)
    )


def look(net: Hmr, crop: Tensor, body: SmplBody) -> Looked:
    """What a net says of a crop, without learning from it."""
    with torch.no_grad():
        return Looked.at(net(crop), body)


def _from_hips(joints: Tensor) -> Tensor:
    return joints - joints[:, HIPS].mean(1, keepdim=True)
