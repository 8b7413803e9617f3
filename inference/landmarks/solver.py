"""The most likely pose: Gauss-Newton on joint angles, over everybody in the image at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import skew
from livemocap.skeleton import global_rotations, joint_positions

from .markers import Markers
from .observation import Array
from .pose_space import BODY, PoseSpace, exponential

_ROBUST_IMAGE_M = 0.10
"""Past this distance a landmark counts as taken from something else, and pulls less."""
_ROBUST_BODY_M = 0.40
_LARGEST_STEP = 0.6
_NEAREST_M = 0.2


@dataclass(slots=True)
class Estimate:
    """Poses of P people in the camera frame."""

    angles: Array
    """(P, D) rad, see PoseSpace."""
    orientation: Array
    """(P, 3, 3) rotation of the pelvis."""
    pelvis: Array
    """(P, 3) m."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What was seen of P people at their K markers."""

    image: Array
    """(P, K, 2) on the plane at depth 1: (px - principal point) / focal length."""
    image_weight: Array
    """(P, K) 1 / m^2 at the person's depth."""
    body: Array
    """(P, K, 3) m from the marker's base (see `Solver.relative`), camera axes."""
    body_weight: Array
    """(P, K, 3) 1 / m^2."""
    usual: Array
    """(P, D + 6) angles to stay near: none for the pelvis' rotation (3) and position (3)."""
    usual_weight: Array
    """(P, D + 6) 1 / rad^2 and 1 / m^2."""


class Solver:
    """Poses that explain the evidence; knows the body's joints but nobody in particular."""

    def __init__(self, space: PoseSpace, markers: Markers) -> None:
        self._space = space
        self._frames = markers.frames
        joints = np.concatenate([[0, 0, 0], space.element_joints])
        self._origins = joints
        self._parents = np.array(BODY.parents)[space.element_joints]
        self._carries = np.array([[_carries(j, f) for f in markers.frames] for j in joints])
        starts = np.searchsorted(space.element_angles, np.arange(len(space.angles)))
        self._starts = np.concatenate([[0, 1, 2], 3 + starts])
        self.relative = _bases(markers)

    def solve(
        self,
        start: Estimate,
        evidence: Evidence,
        rest: Array,
        in_frames: Array,
        steps: int,
    ) -> Estimate:
        """Improve `start` by a few Gauss-Newton steps.

        Args:
            rest: (P, 22, 3) m, joints at rest.
            in_frames: (P, K, 3) m, markers relative to the joints that carry them.
        """
        now = start
        for _ in range(steps):
            points, jacobian = self._markers(now, rest, in_frames)
            now = self._step(now, points, jacobian, evidence)
        return now

    def points(self, estimate: Estimate, rest: Array, in_frames: Array) -> Array:
        """(P, K, 3) m, where the markers of an estimate are."""
        local, _ = self._space.rotations(estimate.angles)
        local[:, 0] = estimate.orientation
        G = global_rotations(local, BODY)
        joints = joint_positions(G, rest, estimate.pelvis, BODY)
        return self._place(G, joints, in_frames)

    def _place(self, G: Array, joints: Array, in_frames: Array) -> Array:
        turned = (G[:, self._frames] @ in_frames[..., None])[..., 0]
        return joints[:, self._frames] + turned

    def _markers(self, now: Estimate, rest: Array, in_frames: Array) -> tuple[Array, Array]:
        """(P, K, 3) markers and (P, 3 + D, 3, K) how they move with the pelvis and the angles."""
        local, axes = self._space.rotations(now.angles)
        local[:, 0] = now.orientation
        G = global_rotations(local, BODY)
        joints = joint_positions(G, rest, now.pelvis, BODY)
        points = self._place(G, joints, in_frames)
        people = len(points)
        turned = (G[:, self._parents] @ axes[..., None])[..., 0]
        axes = np.concatenate([np.broadcast_to(np.eye(3), (people, 3, 3)), turned], 1)
        cross = skew(axes)
        at_origin = cross @ joints[:, self._origins, :, None]
        rows = cross.reshape(people, -1, 3) @ points.swapaxes(1, 2)
        moved = rows.reshape(people, -1, 3, points.shape[1]) - at_origin
        moved *= self._carries[:, None]
        return points, np.add.reduceat(moved, self._starts, axis=1)

    def _step(self, now: Estimate, points: Array, jacobian: Array, evidence: Evidence) -> Estimate:
        people, n, _, k = jacobian.shape
        A = np.empty((people, n + 3, 5, k))
        r = np.empty((people, 5, k))
        r[:, :2], A[:, :n, :2], A[:, n:, :2] = _image_rows(points, jacobian, now, evidence)
        r[:, 2:], A[:, :n, 2:] = self._body_rows(points, jacobian, evidence)
        A[:, n:, 2:] = 0
        A = A.reshape(people, n + 3, -1)
        H = A @ A.swapaxes(1, 2)
        g = (A @ r.reshape(people, -1, 1))[..., 0]
        off = np.zeros((people, n + 3))
        off[:, 3:n] = now.angles - evidence.usual[:, 3:n]
        off[:, n:] = now.pelvis - evidence.usual[:, n:]
        g += evidence.usual_weight * off
        diagonal = np.arange(n + 3)
        H[:, diagonal, diagonal] += evidence.usual_weight + 1e-3
        step = -np.linalg.solve(H, g[..., None])[..., 0]
        turn = np.clip(step[:, :n], -_LARGEST_STEP, _LARGEST_STEP)
        return Estimate(
            np.clip(now.angles + turn[:, 3:], self._space.low, self._space.high),
            exponential(turn[:, :3])[0] @ now.orientation,
            now.pelvis + step[:, n:],
        )

    def _body_rows(self, points: Array, jacobian: Array, evidence: Evidence) -> tuple[Array, Array]:
        """Weighted residuals against the net's 3D answer, (P, 3, K), and their derivatives."""
        off = (self.relative @ points - evidence.body).swapaxes(1, 2)
        weight = evidence.body_weight.swapaxes(1, 2)
        doubt = 1 + (off * off).sum(1, keepdims=True) / _ROBUST_BODY_M**2
        scale = np.sqrt(weight / doubt)
        return off * scale, (jacobian @ self.relative.T) * scale[:, None]


def _image_rows(
    points: Array, jacobian: Array, now: Estimate, evidence: Evidence
) -> tuple[Array, Array, Array]:
    """Weighted residuals in the image, in metres at the pelvis' depth, and their derivatives.

    Returns:
        (P, 2, K), (P, 3 + D, 2, K), and (P, 3, 2, K) for the pelvis' position.
    """
    z = np.maximum(points[..., 2], _NEAREST_M)[:, None]
    seen = points[..., :2].swapaxes(1, 2) / z
    depth = np.maximum(now.pelvis[:, 2], _NEAREST_M)[:, None, None]
    off = (seen - evidence.image.swapaxes(1, 2)) * depth
    doubt = 1 + (off * off).sum(1) / _ROBUST_IMAGE_M**2
    scale = np.sqrt(evidence.image_weight / doubt)[:, None]
    gain = scale * depth / z
    moved = (jacobian[:, :, :2] - seen[:, None] * jacobian[:, :, 2:]) * gain[:, None]
    shifted = np.zeros((len(points), 3, 2, points.shape[1]))
    shifted[:, 0, 0] = shifted[:, 1, 1] = gain[:, 0]
    shifted[:, 2] = -seen * gain
    return off * scale, moved, shifted


def _carries(joint: int, frame: int) -> bool:
    """Whether turning `joint` moves what hangs on `frame`."""
    while frame > joint:
        frame = BODY.parents[frame]
    return frame == joint


def _bases(markers: Markers) -> Array:
    """(K, K) from markers to markers relative to their base: the hips' middle, or the wrist."""
    relative = np.eye(len(markers.names))
    hips = markers.index("left_hip", "right_hip")
    for k, name in enumerate(markers.names):
        if markers.kinds[k] == "hand":
            relative[k, markers.index(name.split("_")[0] + "_wrist")] -= 1
        else:
            relative[k, hips] -= 0.5
    return relative
