"""The SMPL body as HMR sees it: joints that detectors know (DynaBOA's specification, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

LANDMARKS = (
    *(332, 6260, 2800, 4071, 583),  # nose, right and left eye, right and left ear
    *(3216, 3226, 3387, 6617, 6624, 6787),  # left and right big toe, small toe, heel
    *(2746, 2319, 2445, 2556, 2673, 6191, 5782, 5905, 6016, 6133),  # fingertips, left and right
)
"""Vertices that stand for joints, after the 24; after them the nine of an extra regressor."""

CANDIDATES = (
    # BODY_25 of OpenPose
    *(24, 12, 17, 19, 21, 16, 18, 20, 0, 2, 5, 8, 1, 4, 7, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34),
    # what data sets annotate: legs, arms, neck, head top, pelvis, thorax, spine, jaw, head, face
    *(8, 5, 45, 46, 4, 7, 21, 19, 17, 16, 18, 20, 47, 48, 49, 50, 51, 52, 53, 24, 26, 25, 28, 27),
)
"""(49,) which of the 54 candidates each of the joints is."""

COCO_ROWS = (44, 45, 46, 47, 48, 34, 33, 35, 32, 36, 31, 28, 27, 29, 26, 30, 25)
"""(17,) where COCO's keypoints stand among the 49."""

OPENPOSE, ANNOTATED = slice(0, 25), slice(25, 49)


class SmplBody(nn.Module):
    """Shape and pose to vertices and to the 49 joints.

    Args:
        arrays: those of an SMPL file.
        extra: (9, 6890) regressor of the joints that data sets have and SMPL has not.
    """

    def __init__(self, arrays: Mapping[str, Any], extra: np.ndarray) -> None:
        super().__init__()
        template = np.asarray(arrays["v_template"], np.float64)
        directions = np.asarray(arrays["shapedirs"], np.float64)[..., :10]
        regressor = _dense(arrays["J_regressor"])
        self._keep("template", template)
        self._keep("shape_directions", directions)
        self._keep("pose_directions", np.asarray(arrays["posedirs"]).reshape(-1, 207).T)
        self._keep("regressor", regressor)
        self._keep("skin", np.asarray(arrays["weights"]))
        self._keep("extra", np.asarray(extra))
        parents = np.asarray(arrays["kintree_table"])[0].astype(np.int64)
        self._parents = [-1, *parents[1:].tolist()]

    def _keep(self, name: str, array: np.ndarray) -> None:
        self.register_buffer(name, torch.from_numpy(np.array(array, np.float32)), persistent=False)

    def forward(self, rotations: Tensor, betas: Tensor) -> tuple[Tensor, Tensor]:
        """
        Args:
            rotations: (B, 24, 3, 3) parent-relative.
            betas: (B, 10).

        Returns:
            (B, 6890, 3) m vertices and (B, 49, 3) m joints.
        """
        shaped = self.get_buffer("template") + torch.einsum(
            "bl,vkl->bvk", betas, self.get_buffer("shape_directions")
        )
        rest = torch.einsum("jv,bvk->bjk", self.get_buffer("regressor"), shaped)
        bends = (rotations[:, 1:] - torch.eye(3).to(rotations)).flatten(1)
        posed = shaped + (bends @ self.get_buffer("pose_directions")).unflatten(1, (-1, 3))
        joints, world = self._chained(rotations, rest)
        move = joints - (world @ rest[..., None])[..., 0]
        skin = self.get_buffer("skin")
        turn = torch.einsum("vj,bjkl->bvkl", skin, world)
        vertices = (turn @ posed[..., None])[..., 0] + skin @ move
        return vertices, self._named(joints, vertices)

    def _chained(self, rotations: Tensor, rest: Tensor) -> tuple[Tensor, Tensor]:
        """Joints (B, 24, 3) and global rotations (B, 24, 3, 3)."""
        world, joints = [rotations[:, 0]], [rest[:, 0]]
        for joint, parent in enumerate(self._parents[1:], 1):
            bone = rest[:, joint] - rest[:, parent]
            joints.append(joints[parent] + (world[parent] @ bone[..., None])[..., 0])
            world.append(world[parent] @ rotations[:, joint])
        return torch.stack(joints, 1), torch.stack(world, 1)

    def _named(self, joints: Tensor, vertices: Tensor) -> Tensor:
        marks = vertices[:, list(LANDMARKS)]
        extra = torch.einsum("jv,bvk->bjk", self.get_buffer("extra"), vertices)
        return torch.cat([joints, marks, extra], 1)[:, list(CANDIDATES)]


def _dense(matrix: Any) -> np.ndarray:
    """SMPL's files have their regressor sparse or dense."""
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
