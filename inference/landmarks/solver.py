"""The most likely pose: Gauss-Newton on joint angles, over everybody in the image at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix, skew
from livemocap.skeleton import global_rotations, joint_positions

from .markers import Markers
from .observation import Array
from .pose_space import BODY, PoseSpace

_ROBUST_IMAGE_M = 0.10
"""Past this distance a landmark counts as taken from something else, and pulls less."""
_ROBUST_BODY_M = 0.40
_LARGEST_STEP = 0.6
NEAREST_M = 0.2
"""Nobody's pelvis is nearer to the camera."""
_DAMPING = 0.002
"""Share of the mean curvature that is added to all, so that what is hardly seen hardly moves."""
_EYE = np.eye(3)


@dataclass(slots=True)
class Estimate:
    """Poses of P people in the camera frame."""

    angles: Array
    """(P, D) rad, see PoseSpace."""
    orientation: Array
    """(P, 3, 3) rotation of the pelvis."""
    pelvis: Array
    """(P, 3) m."""


@dataclass(slots=True)
class Bones:
    """What the solver must know of P people's bodies."""

    rest: Array
    """(P, 22, 3) m, joints at rest."""
    markers: Array
    """(P, K, 3) m, markers relative to the joints that carry them, at rest."""


@dataclass(slots=True)
class Evidence:
    """What was seen of P people at their K markers, and what was to be expected."""

    image: Array
    """(P, K, 2) on the plane at depth 1: (px - principal point) / focal length."""
    image_weight: Array
    """(P, K) 1 / m^2 at the person's depth."""
    body: Array
    """(P, K, 3) m from the marker's base (see `Solver.relative`), camera axes."""
    body_weight: Array
    """(P, K, 3) 1 / m^2."""
    angles: Array
    """(P, D) rad to stay near."""
    angles_weight: Array
    """(P, D) 1 / rad^2."""
    orientation: Array
    """(P, 3, 3) rotation of the pelvis to stay near."""
    orientation_weight: Array
    """(P, 1) 1 / rad^2, 0 for people without a past."""
    depth: Array
    """(P,) m of the pelvis, to stay near."""
    depth_weight: Array
    """(P,) 1 / m^2, 0 for people without a past."""


class Solver:
    """Poses that explain the evidence; knows the body's joints but nobody in particular."""

    def __init__(self, space: PoseSpace, markers: Markers) -> None:
        self._space = space
        self._frames = markers.frames
        joints = np.concatenate([[0, 0, 0], space.element_joints])
        self._origins = joints
        self._parents = np.array(BODY.parents)[space.element_joints]
        carries = np.array([[_carries(j, f) for f in markers.frames] for j in joints], float)
        self._carries = carries[:, None]
        starts = np.searchsorted(space.element_angles, np.arange(len(space.angles)))
        self._starts = np.concatenate([[0, 1, 2], 3 + starts])
        self.relative = _bases(markers)

    def solve(self, start: Estimate, evidence: Evidence, bones: Bones, steps: int) -> Estimate:
        """Improve `start` by a few Gauss-Newton steps."""
        now = start
        for _ in range(steps):
            points, jacobian = self._markers(now, bones)
            now = self._step(now, points, jacobian, evidence)
        return now

    def rotations(self, estimate: Estimate) -> tuple[Array, Array]:
        """(P, 22, 3, 3) twice: parent-relative and global rotations."""
        local, _ = self._space.rotations(estimate.angles)
        local[:, 0] = estimate.orientation
        return local, global_rotations(local, BODY)

    def points(self, estimate: Estimate, bones: Bones) -> Array:
        """(P, K, 3) m, where the markers of an estimate are."""
        _, G = self.rotations(estimate)
        return self._place(G, joint_positions(G, bones.rest, estimate.pelvis, BODY), bones)

    def _place(self, G: Array, joints: Array, bones: Bones) -> Array:
        return joints[:, self._frames] + (G[:, self._frames] @ bones.markers[..., None])[..., 0]

    def _markers(self, now: Estimate, bones: Bones) -> tuple[Array, Array]:
        """(P, K, 3) markers and (P, 3 + D, 3, K) how they move with the pelvis and the angles."""
        local, axes = self._space.rotations(now.angles)
        local[:, 0] = now.orientation
        G = global_rotations(local, BODY)
        joints = joint_positions(G, bones.rest, now.pelvis, BODY)
        points = self._place(G, joints, bones)
        people, count = points.shape[:2]
        world = np.empty((people, len(self._origins), 3))
        world[:, :3] = _EYE
        world[:, 3:] = (G[:, self._parents] @ axes[..., None])[..., 0]
        cross = skew(world)
        moved = (cross.reshape(people, -1, 3) @ points.swapaxes(1, 2)).reshape(people, -1, 3, count)
        moved -= cross @ joints[:, self._origins, :, None]
        moved *= self._carries
        return points, np.add.reduceat(moved, self._starts, axis=1)

    def _step(self, now: Estimate, points: Array, jacobian: Array, evidence: Evidence) -> Estimate:
        people, n, _, k = jacobian.shape
        A = np.zeros((people, n + 3, 5, k))
        r = np.empty((people, 5, k))
        _image_rows(points, jacobian, now, evidence, A[:, :, :2], r[:, :2])
        self._body_rows(points, jacobian, evidence, A[:, :n, 2:], r[:, 2:])
        A = A.reshape(people, n + 3, -1)
        H = A @ A.swapaxes(1, 2)
        g = (A @ r.reshape(people, -1, 1))[..., 0]
        turned = rotvec_from_matrix(now.orientation @ evidence.orientation.swapaxes(1, 2))
        g[:, :3] += evidence.orientation_weight * turned
        g[:, -1] += evidence.depth_weight * (now.pelvis[:, 2] - evidence.depth)
        g[:, 3:n] += evidence.angles_weight * (now.angles - evidence.angles)
        diagonal = H.reshape(people, -1)[:, :: n + 4]
        diagonal += _DAMPING * diagonal.mean(1, keepdims=True)
        diagonal[:, :3] += evidence.orientation_weight
        diagonal[:, 3:n] += evidence.angles_weight
        diagonal[:, -1] += evidence.depth_weight
        step = -np.linalg.solve(H, g[..., None])[..., 0]
        turn = np.clip(step[:, :n], -_LARGEST_STEP, _LARGEST_STEP)
        pelvis = now.pelvis + step[:, n:]
        pelvis[:, 2] = np.maximum(pelvis[:, 2], NEAREST_M)
        return Estimate(
            np.clip(now.angles + turn[:, 3:], self._space.low, self._space.high),
            matrix_from_rotvec(turn[:, :3]) @ now.orientation,
            pelvis,
        )

    def _body_rows(
        self, points: Array, jacobian: Array, evidence: Evidence, rows: Array, residual: Array
    ) -> None:
        """Weighted residuals (P, 3, K) against the net's 3D answer, and their derivatives."""
        off = (self.relative @ points - evidence.body).swapaxes(1, 2)
        doubt = 1 + (off * off).sum(1, keepdims=True) / _ROBUST_BODY_M**2
        scale = np.sqrt(evidence.body_weight.swapaxes(1, 2) / doubt)
        np.multiply(off, scale, out=residual)
        np.multiply(jacobian @ self.relative.T, scale[:, None], out=rows)


def _image_rows(
    points: Array, jacobian: Array, now: Estimate, evidence: Evidence, rows: Array, residual: Array
) -> None:
    """Weighted residuals (P, 2, K) in the image, in metres at the pelvis' depth; derivatives.

    The last three of `rows` (P, 3 + D + 3, 2, K) are the pelvis' position.
    """
    z = np.maximum(points[..., 2], NEAREST_M)[:, None]
    seen = points[..., :2].swapaxes(1, 2) / z
    depth = np.maximum(now.pelvis[:, 2], NEAREST_M)[:, None, None]
    off = (seen - evidence.image.swapaxes(1, 2)) * depth
    doubt = 1 + (off * off).sum(1) / _ROBUST_IMAGE_M**2
    scale = np.sqrt(evidence.image_weight / doubt)[:, None]
    gain = scale * depth / z
    np.multiply(off, scale, out=residual)
    rows[:, :-3] = (jacobian[:, :, :2] - seen[:, None] * jacobian[:, :, 2:]) * gain[:, None]
    rows[:, -3, 0] = rows[:, -2, 1] = gain[:, 0]
    rows[:, -1] = -seen * gain


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
