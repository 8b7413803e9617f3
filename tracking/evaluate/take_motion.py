"""The people of a take's tracked frames as motion in the camera's frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.coords import invert, project, transform_points
from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import BODY_JOINTS

from .contacts import planted
from .motions import FEET, ShownMotion, TrueMotion, body

LEAST_SCORE = 0.3
"""In a true take the score says how much of a person is visible; below it nobody must be found."""
LEAST_INSIDE = 0.3
"""Share of a person's joints that must be in the image."""
_AROUND_JOINTS = 1.2
"""A box around a person is larger than one around the joints, in both directions."""


def true_motion(frames: Sequence[TrackFrame], in_world: bool = False) -> TrueMotion:
    """A take that is right. Where it has no frame it says nothing.

    Args:
        frames: at least one, in order of time.
        in_world: it does not matter who is in the image.
    """
    ids = np.unique(np.concatenate([f.track_ids[_shown(f)] for f in frames]))
    shape = len(frames), len(ids), BODY_JOINTS, 3
    joints, rotvecs, world = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    present, visible = np.zeros(shape[:2], bool), np.zeros(shape[:2], bool)
    for k, frame in enumerate(frames):
        rows = _shown(frame)
        people = np.searchsorted(ids, frame.track_ids[rows])
        joints[k, people], rotvecs[k, people] = _in_camera(frame, rows, frame.T_world_cam)
        world[k, people] = body(frame.joints[rows])
        present[k, people], visible[k, people] = True, frame.scores[rows] >= LEAST_SCORE
    K = frames[0].K.astype(float)
    times_s = np.array([f.t_capture_ns for f in frames]) * 1e-9
    points = project(K, joints)
    inside = present if in_world else _inside(points, (frames[0].width, frames[0].height))
    return TrueMotion(
        times_s=times_s,
        K=K,
        T_world_cam=np.stack([f.T_world_cam for f in frames]).astype(float),
        person_ids=ids,
        joints=joints,
        local_rotvecs=rotvecs,
        areas_px=_areas(points),
        present=present,
        counted=present & visible & inside,
        planted=planted(world[:, :, FEET], present, times_s),
    )


def shown_motion(
    frames: Sequence[TrackFrame], truth: TrueMotion, in_world: bool = False
) -> ShownMotion | None:
    """A take's tracks at the frames of the truth; frames that it does not have are empty.

    Args:
        in_world: seen by the truth's camera, not by the take's own.

    Returns:
        None where no frame was taken when one of the truth was.
    """
    times_s = np.array([f.t_capture_ns for f in frames]) * 1e-9
    places, chosen = _at_true_frames(times_s, truth.times_s)
    if not len(chosen):
        return None
    joints, rotvecs = [np.zeros((0, BODY_JOINTS, 3))], [np.zeros((0, BODY_JOINTS, 3))]
    ids, of_frame = [np.zeros(0, int)], [np.zeros(0, int)]
    for place, k in zip(places.tolist(), chosen.tolist(), strict=True):
        rows = _shown(frames[k])
        camera = truth.T_world_cam[place] if in_world else frames[k].T_world_cam
        for found, more in zip((joints, rotvecs), _in_camera(frames[k], rows, camera), strict=True):
            found.append(more)
        ids.append(frames[k].track_ids[rows])
        of_frame.append(np.full(len(rows), place))
    shown = np.concatenate(ids)
    return ShownMotion(
        true_frames=np.arange(len(truth.times_s)),
        frames=np.concatenate(of_frame),
        ids=shown,
        joints=np.concatenate(joints),
        local_rotvecs=np.concatenate(rotvecs),
        delays_s=np.full(len(shown), np.nan),
    )


def _shown(frame: TrackFrame) -> Array:
    """The rows of people who are not on trial."""
    return np.flatnonzero(frame.states != TRACK_TENTATIVE)


def _in_camera(frame: TrackFrame, rows: Array, T_world_cam: Array) -> tuple[Array, Array]:
    """Joints and parent-relative rotations of some people, both (P, 22, 3)."""
    T_cam_world = invert(T_world_cam.astype(float))
    rotvecs = body(frame.joint_rotvecs[rows])
    turned = T_cam_world[:3, :3] @ matrix_from_rotvec(rotvecs[:, 0])
    rotvecs[:, 0] = rotvec_from_matrix(turned)
    return transform_points(T_cam_world, body(frame.joints[rows])), rotvecs


def _at_true_frames(times_s: Array, true_s: Array) -> tuple[Array, Array]:
    """(N,) frames of the truth, each once, and (N,) which of ours is nearest to each; those that
    are more than half a frame away are none."""
    nearest = np.abs(np.subtract.outer(true_s, times_s)).argmin(1)
    apart = np.abs(times_s[nearest] - true_s)
    reach = 0.5 * float(np.median(np.diff(true_s))) if len(true_s) > 1 else 0.0
    places = np.flatnonzero(apart <= reach)
    return places, nearest[places]


def _inside(points_px: Array, image_size: tuple[int, int]) -> Array:
    """(F, P) whether enough of each person is in the image, from (F, P, 22, 2)."""
    inside = ((points_px > 0) & (points_px < image_size)).all(-1)
    return inside.mean(-1) >= LEAST_INSIDE


def _areas(points_px: Array) -> Array:
    """(F, P) px of the boxes around people, from (F, P, 22, 2) that may be NaN."""
    near = np.fmin.reduce(points_px, axis=-2)
    far = np.fmax.reduce(points_px, axis=-2)
    return np.nan_to_num((far - near).prod(-1)) * _AROUND_JOINTS**2
