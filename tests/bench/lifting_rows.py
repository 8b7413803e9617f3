"""Ways to make motion of a clip's poses: as they are, filtered, tracked, tracked and lifted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
from lifting_clips import Clip  # type: ignore[import-not-found]
from lifting_measures import Shown

from livemocap.coords import invert, transform_points
from livemocap.lifter import Lifter
from livemocap.messages import TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

MakeLifter = Callable[[str, float], Lifter]
"""A mode and its look-ahead in seconds."""

MIN_HZ, BETA, SPEED_HZ = 1.0, 0.5, 1.0
"""Of the One-Euro filter; beta in Hz for each m/s."""

APART_S = 0.5
"""After so long a filter begins anew."""


def raw(clip: Clip) -> Shown:
    """The engine's poses."""
    joints = np.full(clip.joints.shape, np.nan)
    for k, (frame, whom) in enumerate(zip(clip.frames, clip.whom, strict=True)):
        world = global_rotations(matrix_from_rotvec(frame.joint_rotvecs.astype(float)), SMPLX)
        found = joint_positions(world, frame.rest_joints, frame.pelvis, SMPLX)
        for row in np.argsort(frame.scores):  # the surest of several comes last
            if whom[row] >= 0:
                joints[k, whom[row]] = found[row, :BODY_JOINTS]
    return Shown(joints)


def one_euro(clip: Clip, shown: Shown) -> Shown:
    """Casiez et al. 2012 on every coordinate of joints about the pelvis, and of the pelvis."""
    parts = shown.joints.copy()
    parts[:, :, 1:] -= parts[:, :, :1]
    out = np.full(parts.shape, np.nan)
    for p in range(parts.shape[1]):
        last_s, value, rate = -np.inf, parts[0, p], np.zeros_like(parts[0, p])
        for k in np.flatnonzero(np.isfinite(parts[:, p, 0, 0])):
            dt = clip.t_s[k] - last_s
            if dt > APART_S:
                value, rate = parts[k, p], np.zeros_like(parts[k, p])
            else:
                rate = rate + _taken(SPEED_HZ, dt) * ((parts[k, p] - value) / dt - rate)
                value = value + _taken(MIN_HZ + BETA * np.abs(rate), dt) * (parts[k, p] - value)
            last_s, out[k, p] = clip.t_s[k], value
    out[:, :, 1:] += out[:, :, :1]
    return Shown(out)


def _taken(hz: float | Array, dt: float) -> float | Array:
    turned = 2 * np.pi * hz * dt
    return turned / (1 + turned)


def two_sided(clip: Clip, shown: Shown, look_ahead_s: float) -> Shown:
    """Lines fitted to what lies within the look-ahead to both sides, by a Gaussian of a third."""
    out = np.full_like(shown.joints, np.nan)
    for p in range(shown.joints.shape[1]):
        there = np.flatnonzero(np.isfinite(shown.joints[:, p, 0, 0]))
        for k in there:
            near = there[np.abs(clip.t_s[there] - clip.t_s[k]) <= look_ahead_s + 1e-6]
            x = clip.t_s[near] - clip.t_s[k]
            w = np.exp(-0.5 * (x / (look_ahead_s / 3)) ** 2)
            s0, s1, s2 = w.sum(), (w * x).sum(), (w * x * x).sum() + 1e-9
            line = w * (s2 - s1 * x) / (s0 * s2 - s1 * s1)
            out[k, p] = np.tensordot(line, shown.joints[near, p], 1)
    return Shown(out, look_ahead_s)


def tracked(
    clip: Clip, mode: str, make: MakeLifter | None = None, config: TrackingConfig | None = None
) -> Shown:
    """What the product shows, in one of its modes."""
    config = config or TrackingConfig(mode=mode)
    ahead_s = {"live": 0.0, "bake": np.inf}.get(mode, config.lift_look_ahead_ms * 1e-3)
    tracker = Tracker(config, lifter=make(mode, ahead_s) if make else None)
    frames = [f for pose in clip.frames for f in tracker.push(pose)] + tracker.flush()
    return Shown(_joints(clip, frames), tracker.look_ahead_s)


def _joints(clip: Clip, frames: list[TrackFrame]) -> Array:
    """(T, P, 22, 3) m in the camera's frame; a track is whom most of its sightings are of."""
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for frame, whom in zip(frames, clip.whom, strict=True):
        for track, row in zip(frame.track_ids.tolist(), frame.detections.tolist(), strict=True):
            if row >= 0 and whom[row] >= 0:
                votes[track][int(whom[row])] += 1
    joints = np.full(clip.joints.shape, np.nan)
    for k, frame in enumerate(frames):
        camera = transform_points(invert(frame.T_world_cam.astype(float)), frame.joints)
        order = np.argsort([votes[t].total() for t in frame.track_ids.tolist()], kind="stable")
        for i in order.tolist():  # the longest track of a person comes last
            if votes[track := int(frame.track_ids[i])]:
                person = votes[track].most_common(1)[0][0]
                joints[k, person] = camera[i, :BODY_JOINTS]
    return joints
