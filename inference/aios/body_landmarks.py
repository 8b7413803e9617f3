"""Points on SMPL-X's skin that count as joints: nose to finger tips, face, and its contour."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from livemocap.rotation import Array

from .body_arrays import BodyArrays

MARKER_VERTICES = {
    "nose": 9120, "right_eye": 9929, "left_eye": 9448, "right_ear": 616, "left_ear": 6,
    "left_big_toe": 5770, "left_small_toe": 5780, "left_heel": 8846,
    "right_big_toe": 8463, "right_small_toe": 8474, "right_heel": 8635,
    "left_thumb": 5361, "left_index": 4933, "left_middle": 5058, "left_ring": 5169,
    "left_pinky": 5286,
    "right_thumb": 8079, "right_index": 7669, "right_middle": 7794, "right_ring": 7905,
    "right_pinky": 8022,
}  # fmt: skip
"""Vertex of SMPL-X's mesh by name, in the order in which they follow the 55 joints."""

_LAST_DEG = 39
"""The contour of a head turned further than this is that of one turned just so far."""


class BodyLandmarks(nn.Module):
    """The 89 points behind the 55 joints: 21 vertices, 51 of the face, 17 of its contour."""

    vertex_ids: Tensor
    contour_ids: Tensor
    face_weights: Tensor
    contour_weights: Tensor

    def __init__(self, arrays: BodyArrays) -> None:
        super().__init__()
        markers = np.array(list(MARKER_VERTICES.values()))
        face = arrays.faces[arrays.landmark_faces]
        self._constant("vertex_ids", np.concatenate([markers, face.ravel()]))
        self._constant("face_weights", arrays.landmark_weights)
        self._constant("contour_ids", arrays.faces[arrays.contour_faces])
        self._constant("contour_weights", arrays.contour_weights)

    def _constant(self, name: str, array: Array) -> None:
        self.register_buffer(name, torch.from_numpy(np.array(array)), persistent=False)

    def used_vertices(self) -> Tensor:
        """(U,) every vertex that some landmark needs, each once, ascending."""
        return torch.cat([self.vertex_ids, self.contour_ids.flatten()]).unique()

    def renumber(self, kept: Tensor) -> None:
        """Read vertices that have been reduced to the `kept` ones, ascending."""
        self.vertex_ids = torch.searchsorted(kept, self.vertex_ids)
        self.contour_ids = torch.searchsorted(kept, self.contour_ids)

    def forward(self, vertices: Tensor, neck: Tensor) -> Tensor:
        """(P, V, 3) m and (P, 3, 3) rotation of the neck in the world to (P, 89, 3) m."""
        points = vertices.index_select(1, self.vertex_ids)
        markers, corners = points.split([len(MARKER_VERTICES), 3 * len(self.face_weights)], 1)
        face = _blend(corners.unflatten(1, (-1, 3)), self.face_weights)
        row = contour_row(neck)
        person = torch.arange(len(vertices), device=vertices.device)[:, None, None]
        corners = vertices[person, self.contour_ids[row]]
        return torch.cat([markers, face, _blend(corners, self.contour_weights[row])], 1)


def _blend(corners: Tensor, weights: Tensor) -> Tensor:
    """(..., 3 corners, 3) m, (..., 3) weights to (..., 3) m."""
    return (corners * weights[..., None]).sum(-2)


def contour_row(neck: Tensor) -> Tensor:
    """(P, 3, 3) to (P,) 0..78, which contour a head so turned shows.

    Rows 0..39 are whole degrees to one side, 40..78 are 1..39 degrees to the other. Whatever is
    not a number counts as straight ahead: an index out of range would end a CUDA process.
    """
    yaw = torch.atan2(-neck[:, 2, 0], torch.hypot(neck[:, 0, 0], neck[:, 1, 0]))
    turned = (-torch.rad2deg(yaw)).nan_to_num().clamp(-_LAST_DEG, _LAST_DEG).round().long()
    return torch.where(turned < 0, _LAST_DEG - turned, turned)
