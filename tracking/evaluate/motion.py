"""How well the motion of the matched people is shown: joints, rotations, jitter, feet.

Lengths in mm, angles in degrees. What depends on time is measured within runs: consecutive camera
frames with one track on one person. So read it beside switches and fragments, which make them.
"""

from __future__ import annotations

import numpy as np

from livemocap.joint_errors import aligned_error_mm, root_relative_error_mm
from livemocap.rotation import Array, geodesic, matrix_from_rotvec

from .motions import FEET
from .runs import Matched
from .scenario import Poses
from .tally import Tally

_LEAST_FRAMES = 4
"""Of a run: jerk is a third difference."""
_FLIPPED_DEG = 90.0


def count_motion(poses: Poses, matched: Matched) -> Tally:
    """The sums of one scenario."""
    tally = Tally()
    if not len(matched.rows):
        return tally
    shown = poses.shown.joints[matched.rows]
    true = poses.truth.joints[matched.frames, matched.people]
    _add_places(tally, shown, true)
    _add_rotations(
        tally,
        poses.shown.local_rotvecs[matched.rows],
        poses.truth.local_rotvecs[matched.frames, matched.people],
    )
    for run in matched.runs():
        if run.stop - run.start >= _LEAST_FRAMES:
            rate = _rate_hz(poses.truth.times_s[matched.frames[run]])
            _add_jitter(tally, shown[run], true[run])
            _add_feet(tally, poses, matched, run, rate)
    return tally


def _add_places(tally: Tally, shown: Array, true: Array) -> None:
    tally.add("mpjpe_mm", root_relative_error_mm(shown, true))
    tally.add("pa_mpjpe_mm", aligned_error_mm(shown, true))
    tally.add("mpjpe_absolute_mm", np.linalg.norm(shown - true, axis=-1) * 1000)
    off = (shown - true)[:, 0] * 1000
    tally.add("root_across_mm", np.linalg.norm(off[:, :2], axis=-1))
    tally.add("root_depth_mm", np.abs(off[:, 2]))


def _add_rotations(tally: Tally, shown: Array, true: Array) -> None:
    off = np.degrees(geodesic(matrix_from_rotvec(true), matrix_from_rotvec(shown)))
    tally.add("rotation_deg", off[:, 1:])
    tally.add("root_rotation_deg", off[:, 0])
    tally.add("flipped", off[:, 0] > _FLIPPED_DEG)


def _add_jitter(tally: Tally, shown: Array, true: Array) -> None:
    """Errors of the second difference, and how much third difference there is."""
    bodies = [(joints - joints[:, :1])[:, 1:] for joints in (shown, true)]
    roots = [joints[:, 0] for joints in (shown, true)]
    for name, (a, b) in {"acceleration_mm": bodies, "root_acceleration_mm": roots}.items():
        off = np.diff(a, 2, axis=0) - np.diff(b, 2, axis=0)
        tally.add(name, np.linalg.norm(off, axis=-1) * 1000)
    for name, joints in zip(("jerk", "true_jerk"), bodies, strict=True):
        tally.add(name, np.linalg.norm(np.diff(joints, 3, axis=0), axis=-1))


def _add_feet(tally: Tally, poses: Poses, matched: Matched, run: slice, rate_hz: float) -> None:
    """Horizontal speed in the world of feet that stand in truth."""
    truth, frames, people = poses.truth, matched.frames[run], matched.people[run]
    planted = truth.planted[frames, people]
    both = planted[1:] & planted[:-1]
    T = truth.T_world_cam[frames].astype(float)
    for name, joints in (
        ("foot_slide_mm_s", poses.shown.joints[matched.rows[run]]),
        ("true_foot_slide_mm_s", truth.joints[frames, people]),
    ):
        feet = joints[:, FEET] @ T[:, :3, :3].swapaxes(1, 2) + T[:, None, :3, 3]
        steps = np.linalg.norm(np.diff(feet, axis=0)[..., [0, 2]], axis=-1)
        tally.add(name, steps[both] * rate_hz * 1000)


def _rate_hz(times_s: Array) -> float:
    return (len(times_s) - 1) / float(times_s[-1] - times_s[0])
