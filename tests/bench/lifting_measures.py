"""What an animator sees of motion: jitter, errors, bones that breathe, feet that slide, delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from lifting_clips import Clip  # type: ignore[import-not-found]
from scipy.interpolate import CubicSpline

from livemocap.joint_errors import aligned_error_mm, root_relative_error_mm
from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX
from tracking.evaluate.motions import FEET

LIMB_ENDS = SMPLX.indices(
    *(f"{s}_{j}" for s in ("left", "right") for j in ("elbow", "wrist", "knee", "ankle"))
)
LAGS_S = np.arange(-0.1, 0.2001, 0.005)


@dataclass(frozen=True, eq=False)
class Shown:
    """What one row of the table shows of a clip."""

    joints: Array
    """(T, P, 22, 3) m, camera frame; NaN where somebody is not shown."""
    held_s: float = 0.0
    """How much later than an image it is shown, for a stream."""


def measures(clip: Clip, shown: Shown, counted: Array) -> dict[str, float]:
    """Means over the instants (T, P) that are `counted`: where every row shows somebody."""
    body = shown.joints - shown.joints[:, :, :1]
    true = clip.joints - clip.joints[:, :, :1]
    lag_s = _lag_s(clip, body, true, counted)
    bend, true_bend = _bend(body), _bend(_shifted(clip, true, lag_s))
    three = counted[2:] & counted[1:-1] & counted[:-2]
    return {
        "jitter": _mean(np.linalg.norm(bend, axis=-1)[three]) * 1e3,
        "jitter error": _mean(np.linalg.norm(bend - true_bend, axis=-1)[three]) * 1e3,
        "MPJPE": _mean(root_relative_error_mm(shown.joints[counted], clip.joints[counted])),
        "PA-MPJPE": _mean(aligned_error_mm(shown.joints[counted], clip.joints[counted])),
        "bones %": _bones(shown.joints, counted),
        "slide cm": _slide_cm(clip, shown.joints, counted),
        "skate mm/s": _skate(clip, shown.joints, counted),
        "held ms": shown.held_s * 1e3,
        "lag ms": lag_s * 1e3,
    }


def _bend(joints: Array) -> Array:
    return joints[2:] - 2 * joints[1:-1] + joints[:-2]


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _bones(joints: Array, counted: Array) -> float:
    """Standard deviation of the limbs' lengths over time, % of their means."""
    parents = np.array(SMPLX.parents[:BODY_JOINTS])[LIMB_ENDS]
    length = np.linalg.norm(joints[:, :, LIMB_ENDS] - joints[:, :, parents], axis=-1)
    spread = [
        length[c, p].std(0) / length[c, p].mean(0)
        for p in range(joints.shape[1])
        if (c := counted[:, p]).sum() > 2
    ]
    return float(np.mean(spread)) * 100


def _feet(clip: Clip, joints: Array) -> Array:
    """(T, P, 4, 2) m on the true floor."""
    R, t = clip.T_world_cam[:, None, :3, :3], clip.T_world_cam[:, None, None, :3, 3]
    return (joints[:, :, FEET] @ R.swapaxes(-1, -2) + t)[..., [0, 2]]


def _skate(clip: Clip, joints: Array, counted: Array) -> float:
    """Speed of feet that stand in truth."""
    step = np.linalg.norm(np.diff(_feet(clip, joints), axis=0), axis=-1) * 1e3
    step = step / np.diff(clip.t_s)[:, None, None]
    both = clip.standing[1:] & clip.standing[:-1] & (counted[1:] & counted[:-1])[..., None]
    return _mean(step[both])


def _slide_cm(clip: Clip, joints: Array, counted: Array) -> float:
    """How far a foot gets from where it came to stand, at most, mean over contacts of 0.2 s up."""
    feet, found = _feet(clip, joints), []
    standing = clip.standing & counted[..., None]
    for p in range(joints.shape[1]):
        for foot in range(4):
            on = np.flatnonzero(np.diff(np.r_[0, standing[:, p, foot].astype(int), 0]))
            for a, b in on.reshape(-1, 2):
                if clip.t_s[b - 1] - clip.t_s[a] >= 0.2:
                    away = feet[a:b, p, foot] - feet[a, p, foot]
                    found.append(np.linalg.norm(away, axis=-1).max() * 100)
    return float(np.mean(found)) if found else float("nan")


def _lag_s(clip: Clip, body: Array, true: Array, counted: Array) -> float:
    """By how much the truth has to be shifted to fit best."""
    errors = [
        np.linalg.norm(body - _shifted(clip, true, lag_s), axis=-1)[counted].mean()
        for lag_s in LAGS_S
    ]
    return float(LAGS_S[int(np.argmin(errors))])


def _shifted(clip: Clip, true: Array, lag_s: float) -> Array:
    """The truth as it was `lag_s` before."""
    course = CubicSpline(clip.t_s, true, axis=0)
    return course(np.clip(clip.t_s - lag_s, clip.t_s[0], clip.t_s[-1]))
