"""SMPL-X in PyTorch: pose, shape and expression to joints and skin, without host synchronisation.

Loper et al., SMPL (2015); Pavlakos et al., SMPL-X (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from kernels.skinning import skin
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..body_file import BodyFile
from .body_arrays import EXPRESSIONS, JOINTS, BodyArrays, BodyMapping, read_body
from .body_landmarks import BodyLandmarks
from .rotation import matrix_from_axis_angle

_BODY, _HANDS = 22, 30
_NECK = SMPLX.index("neck")


class SmplxBody(nn.Module):
    """SMPL-X's neutral body, the eyes looking straight ahead."""

    rest: Tensor
    rest_directions: Tensor
    hand_mean: Tensor

    def __init__(self, arrays: BodyArrays) -> None:
        super().__init__()
        self.faces = arrays.faces
        """(F, 3) vertex numbers of the triangles."""
        regressor = arrays.joint_regressor
        directions = np.tensordot(regressor, arrays.shape_directions, 1)
        _constant(self, "rest", (regressor @ arrays.template).ravel())
        _constant(self, "rest_directions", _by_feature(directions))
        _constant(self, "hand_mean", arrays.hand_mean)
        self.chains = Chains()
        self.skin = Skin(arrays)
        self.landmarks = BodyLandmarks(arrays)
        kept = self.landmarks.used_vertices()
        self.landmark_skin = Skin(arrays, kept.numpy())
        self.few_landmarks = BodyLandmarks(arrays)
        self.few_landmarks.renumber(kept)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> SmplxBody:
        """Of arrays named as in SMPL-X's .npz.

        Raises:
            BodyModelError: what is wrong with them.
        """
        return cls(read_body(BodyMapping(arrays)))

    @classmethod
    def from_file(cls, path: str | Path) -> SmplxBody:
        """Of an SMPL-X .npz.

        Raises:
            BodyModelError: what is wrong with the file, what was expected, how to fix it.
        """
        return cls(read_body(BodyFile(Path(path))))

    def rest_joints(self, betas: Tensor, expression: Tensor | None = None) -> Tensor:
        """(P, 10) betas, and expression if it is not neutral, to (P, 55, 3) m."""
        if expression is None:
            expression = torch.zeros_like(betas[:, :1]).expand(-1, EXPRESSIONS)
        blend = torch.cat([betas, expression], 1)
        return torch.addmm(self.rest, blend, self.rest_directions).unflatten(1, (JOINTS, 3))

    def forward(
        self, full_pose: Tensor, betas: Tensor, expression: Tensor, with_vertices: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """Pose people, each at the origin of the body's own frame.

        Args:
            full_pose: (P, 159) axis-angle rad: 22 body joints, fingers left and right relative
                to the mean hands, jaw.
            betas: (P, 10).
            expression: (P, 10).
            with_vertices: whether the whole skin is wanted; if not, only what joints need of it
                is computed.

        Returns:
            (P, 144, 3) m: 55 joints, 21 vertices, 51 face landmarks, 17 of the face's contour;
            (P, 10475, 3) m, or None.
        """
        betas, expression = betas.to(self.rest.dtype), expression.to(self.rest.dtype)
        local = matrix_from_axis_angle(self._rotations(full_pose.to(self.rest.dtype)))
        rest = self.rest_joints(betas, expression)
        world = self.chains(local, rest)
        bend = (local[:, 1:] - torch.eye(3, dtype=local.dtype, device=local.device)).flatten(1)
        features = torch.cat([betas, expression, bend], 1)
        wanted, landmarks = (
            (self.skin, self.landmarks)
            if with_vertices
            else (self.landmark_skin, self.few_landmarks)
        )
        vertices = wanted(features, rest, world)
        extra = landmarks(vertices, world[:, _NECK, :, :3])
        joints = torch.cat([world[..., 3], extra], 1)
        return joints, vertices if with_vertices else None

    def _rotations(self, full_pose: Tensor) -> Tensor:
        """(P, 159) to (P, 55, 3) in the order of the skeleton, the mean hands added."""
        body, hands, jaw = full_pose.unflatten(1, (-1, 3)).split([_BODY, _HANDS, 1], 1)
        eyes = torch.zeros_like(body[:, :2])
        return torch.cat([body, jaw, eyes, hands + self.hand_mean], 1)


class Chains(nn.Module):
    """From parent-relative rotations to each joint's place in the world.

    Every joint takes in what is above it, then what is above that: 1, 2, 4, 8 generations in
    four steps, where going down the skeleton joint by joint would take eleven.
    """

    parents: Tensor
    ancestors: Tensor

    def __init__(self) -> None:
        super().__init__()
        # An anchor that never moves stands behind the root and is its own parent.
        parents = np.array([*(p if p >= 0 else JOINTS for p in SMPLX.parents), JOINTS])
        ancestors = [parents]
        while (ancestors[-1] != JOINTS).any():
            ancestors.append(ancestors[-1][ancestors[-1]])
        _constant(self, "parents", parents)
        _constant(self, "ancestors", np.stack(ancestors[:-1]))

    def forward(self, local: Tensor, rest: Tensor) -> Tensor:
        """(P, 55, 3, 3), (P, 55, 3) m to (P, 55, 3, 4): rotation in the world, and place."""
        rest = pad(rest, (0, 0, 0, 1))
        bones = rest - rest[:, self.parents]
        anchor = torch.eye(3, dtype=local.dtype, device=local.device).expand(len(local), 1, 3, 3)
        placed = torch.cat([torch.cat([local, anchor], 1), bones[..., None]], -1)
        for ancestor in self.ancestors:
            placed = _compose(placed[:, ancestor], placed)
        return placed[:, :JOINTS]


def _compose(above: Tensor, below: Tensor) -> Tensor:
    """(..., 3, 4) rigid transforms: first `below`, then `above`.

    Written as sums: a matrix product may be told to use fewer digits.
    """
    product = (above[..., :3, None] * below[..., None, :, :]).sum(-2)
    return product + pad(above[..., 3:], (3, 0))


class Skin(nn.Module):
    """Vertices of the mesh, all or some: their place at rest, how they bend, what they follow."""

    template: Tensor
    directions: Tensor
    weights: Tensor

    def __init__(self, arrays: BodyArrays, kept: Array | slice = slice(None)) -> None:
        super().__init__()
        shape, pose = arrays.shape_directions[kept], arrays.pose_directions[kept]
        _constant(self, "template", arrays.template[kept].ravel())
        _constant(self, "directions", _by_feature(np.concatenate([shape, pose], -1)))
        _constant(self, "weights", arrays.weights[kept])

    def forward(self, features: Tensor, rest: Tensor, world: Tensor) -> Tensor:
        """(P, 506) betas, expression and bends; rest joints and `Chains` to (P, V, 3) m."""
        shaped = torch.addmm(self.template, features, self.directions).unflatten(1, (-1, 3))
        turned = (world[..., :3] * rest[..., None, :]).sum(-1)
        from_rest = torch.cat([world[..., :3], (world[..., 3] - turned)[..., None]], -1)
        return skin(shaped, from_rest, self.weights)


def _by_feature(directions: Array) -> Array:
    """(N, 3, features) to (features, 3 N)."""
    return directions.reshape(-1, directions.shape[-1]).T


def _constant(module: nn.Module, name: str, array: Array) -> None:
    kind = np.float32 if array.dtype.kind == "f" else np.int64
    tensor = torch.from_numpy(np.ascontiguousarray(array, kind))
    module.register_buffer(name, tensor, persistent=False)
