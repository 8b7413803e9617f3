"""Clips with exact truth for lifting: the shipped one, and captured motion seen by made-up cameras.

Captured motion goes through a benchmark's own camera and noise model (make_scenarios.py), which
gives poses. Its 2D keypoints are made here, of the true joints and not of the poses: projected,
and off by what the model lets a pelvis be off across the view (`lateral`: a lasting, a slow and a
white part, in heights of the person), worse by the same factor where hidden or far. Joints behind
another person's limbs have confidence 0.3 and visibility 0.2, others 0.9 and 1. The two errors, of
poses and of keypoints, know nothing of each other, unlike a real engine's; the shipped clip has
those.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from pose_accuracy import SAMPLE, pose_frame  # type: ignore[import-not-found]
from pose_accuracy import images_of as images

from livemocap.bus import POSE
from livemocap.cli.evaluate.estimates import from_poses
from livemocap.cli.evaluate.match import match_frame
from livemocap.cli.evaluate.truth import Truth
from livemocap.coords import invert, project, transform
from livemocap.messages import PoseFrame
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import BODY_JOINTS, COCO17, SMPLX, global_rotations
from livemocap.take import TakeReader, TakeWriter
from tracking import trackbench
from tracking.evaluate.contacts import planted
from tracking.evaluate.motions import FEET

FACE_M = {
    "nose": (0.0, 0.03, 0.10),
    "left_eye": (0.032, 0.06, 0.074),
    "right_eye": (-0.032, 0.06, 0.074),
    "left_ear": (0.075, 0.045, 0.0),
    "right_ear": (-0.075, 0.045, 0.0),
}
"""From the joint at the skull's base, in the head's own axes."""

SEEN, HIDDEN = (0.9, 1.0), (0.3, 0.2)
"""Confidence of a keypoint and visibility of a joint."""

_STAGE = {"kind": "place", "clip": "cmu_martial05", "at": [0, -3.6], "yaw": 0.3, "phase": 2}
_COUPLE = {
    "kind": "pair",
    "clips": ["cmu_salsa12_a", "cmu_salsa12_b"],
    "at": [0, -3.8],
    "yaw": 0.8,
    "phase": 0.5,
}
MADE: dict[str, dict[str, Any]] = {
    "martial": {"seed": 7101, "seconds": 14, "people": [_STAGE]},
    "salsa": {"seed": 7102, "seconds": 13, "people": [_COUPLE]},
}
"""Neither seed, place nor time is one of the benchmark's sets."""


@dataclass(frozen=True, eq=False)
class Clip:
    """T images of P people."""

    name: str
    frames: list[PoseFrame]
    whom: list[Array]
    """T times (n,) which person each row of a frame is, -1 for nobody."""
    t_s: Array
    """(T,)."""
    joints: Array
    """(T, P, 22, 3) m, the truth in the camera's frame."""
    standing: Array
    """(T, P, 4) bool, which of FEET stand."""
    T_world_cam: Array
    """(T, 4, 4) the true camera."""


def shipped(work: Path) -> Clip:
    """The clip that comes along, through the embedded engine; its poses are kept in `work`."""
    path = work / "shipped_poses.mcap"
    if not path.is_file():
        _infer(path)
    frames = [m for _, m in TakeReader(path).messages([POSE]) if isinstance(m, PoseFrame)]
    truth_path = SAMPLE.with_name(f"{SAMPLE.stem}_gt.npz")
    truth, count = Truth.load(truth_path), len(frames)
    with np.load(truth_path) as file:
        R, place = file["R_world_to_cam"].astype(float), file["cam_pos"].astype(float)
    T = np.tile(transform(R.T, place), (count, 1, 1))
    t_s = np.array([f.t_capture_ns for f in frames]) * 1e-9
    joints = truth.joints[:count]
    return Clip(
        "shipped",
        frames,
        [_people(f, truth, k) for k, f in enumerate(frames)],
        t_s,
        joints,
        _standing(joints, T, t_s),
        T,
    )


def _infer(path: Path) -> None:
    from inference.landmarks.engine import LandmarksEngine

    path.parent.mkdir(parents=True, exist_ok=True)
    engine, writer = LandmarksEngine.load(), TakeWriter(path, "")
    for sequence, image in enumerate(images(SAMPLE)):
        people = engine.infer([image])[0]
        writer.write(f"{POSE}/clip", pose_frame(engine, image, sequence, people))
    engine.close()
    writer.close()


def _people(frame: PoseFrame, truth: Truth, k: int) -> Array:
    whom = np.full(len(frame.scores), -1)
    for person, row in match_frame(next(iter(from_poses([frame]))), truth.points_px[k]).pairs:
        whom[row] = person
    return whom


def _standing(joints: Array, T_world_cam: Array, t_s: Array) -> Array:
    feet = joints[:, :, FEET] @ T_world_cam[:, None, :3, :3].swapaxes(-1, -2)
    feet = feet + T_world_cam[:, None, None, :3, 3]
    return planted(feet, np.ones(feet.shape[:2], bool), t_s)


def made(name: str, shared: Path, work: Path, spec: dict[str, Any] | None = None) -> Clip:
    """Captured motion as `spec`, or as MADE has it, through the benchmark's camera and noise."""
    sys.path.insert(0, str((shared / "trackbench").resolve()))
    maker, core = import_module("make_scenarios"), import_module("tbcore")
    work.mkdir(parents=True, exist_ok=True)
    spec = copy.deepcopy(spec or MADE[name]) | {"name": name}
    maker.build(spec, [str(shared / "mocap")], str(work))
    scene = core.Scenario(str(work / f"{name}.npz"))
    truth = core.GroundTruth(str(work / f"{name}.gt.npz"))
    rng = np.random.default_rng(spec["seed"] + 1)
    points, hidden = _keypoints(truth, maker, rng, float(scene.fps))
    whom = truth.det_gt.astype(int)
    order = np.argsort(scene.det_frame, kind="stable")
    rows = np.split(order, np.searchsorted(scene.det_frame[order], np.arange(1, len(scene))))
    frames = [
        _pose_frame(frame, scene, whom[r], points[i], hidden[i])
        for frame, r, i in zip(scene.frames(), rows, scene.frame_index, strict=True)
    ]
    at = truth.frame_index
    T = invert_all(truth.cam_R[at], truth.cam_t[at])
    joints = truth.joints[at][:, :, :BODY_JOINTS]
    return Clip(
        name, frames, [whom[r] for r in rows], scene.t, joints, truth.contact[at].astype(bool), T
    )


def invert_all(R: Array, t: Array) -> Array:
    """World-to-camera (T, 3, 3) and (T, 3) to T_world_cam."""
    return np.stack([invert(transform(r, p)) for r, p in zip(R, t, strict=True)]).astype(float)


def _pose_frame(frame: Any, scene: Any, whom: Array, points: Array, hidden: Array) -> PoseFrame:
    rest = trackbench.rest_of(frame.rotvec, frame.joints)
    made = trackbench.pose_frame(frame, scene.K.astype(np.float32), scene.size, rest)
    keypoints = np.zeros((len(whom), 17, 3), np.float32)
    visibility = made.joint_visibility.copy()
    known = whom >= 0
    keypoints[known] = points[whom[known]]
    visibility[known, :BODY_JOINTS] = np.where(hidden[whom[known]], HIDDEN[1], SEEN[1])
    return replace(
        made, keypoint_layout="coco17", keypoints_px=keypoints, joint_visibility=visibility
    )


def _keypoints(
    truth: Any, maker: ModuleType, rng: np.random.Generator, fps: float
) -> tuple[Array, Array]:
    """(F, P, 17, 3) of every camera frame, and (F, P, 22) joints that others hide."""
    hidden = _hidden(truth.joints[:, :, :BODY_JOINTS], truth.K, maker)
    exact = project(truth.K.astype(float), coco_joints(truth.rotvec, truth.joints))
    hidden_points = _of_joints(hidden)
    noise, tau = maker.NOISE["lateral"], maker.NOISE["lateral_tau"]
    people = exact.shape[1]
    depth = truth.joints[:, :, 0, 2]
    height_px = truth.K[0, 0] * 1.7 / depth
    worse = 1 + maker.NOISE["occ_gain"] * (1 - np.minimum(1, truth.vis.astype(float) / 0.97))
    worse = worse * (1 + maker.NOISE["dist_gain"] * np.maximum(0, depth - 3))
    lasting = noise[0] * rng.normal(size=(people, 17, 2))
    slow = maker.AR(rng, (people, 17, 2), tau)
    points = np.empty((*exact.shape[:3], 3))
    for k in range(len(exact)):
        wander = noise[1] * slow.step(1 / fps) + noise[2] * rng.normal(size=(people, 17, 2))
        off = lasting + wander * worse[k, :, None, None]
        points[k, ..., :2] = exact[k] + off * height_px[k, :, None, None]
    points[..., 2] = np.where(hidden_points, HIDDEN[0], SEEN[0])
    return points, hidden


def coco_joints(rotvec: Array, joints: Array) -> Array:
    """(..., 55, 3) rotations and joints to (..., 17, 3) COCO, the face as FACE_M has it."""
    world = global_rotations(matrix_from_rotvec(rotvec), SMPLX)
    head = SMPLX.index("head")
    points = np.empty((*joints.shape[:-2], 17, 3))
    for k, name in enumerate(COCO17):
        if name in FACE_M:
            points[..., k, :] = joints[..., head, :] + world[..., head, :, :] @ FACE_M[name]
        else:
            points[..., k, :] = joints[..., SMPLX.index(name), :]
    return points


def _of_joints(hidden: Array) -> Array:
    """(..., 22) joints to (..., 17) keypoints; the face is hidden as the head is."""
    return np.stack([hidden[..., SMPLX.index("head" if n in FACE_M else n)] for n in COCO17], -1)


def _hidden(joints: Array, K: Array, maker: ModuleType) -> Array:
    """(F, P, 22) whether each joint is behind another person's limb, as the benchmark tests it."""
    pixels, depth = project(K.astype(float), joints), joints[..., 2]
    ends, starts = np.array(maker._BONES).T
    hidden = np.zeros(depth.shape, bool)
    for a in range(joints.shape[1]):
        for b in range(joints.shape[1]):
            if a != b:
                start, along = pixels[:, b, starts], pixels[:, b, ends] - pixels[:, b, starts]
                off = pixels[:, a, :, None] - start[:, None]
                share = (off * along[:, None]).sum(-1) / (along**2).sum(-1)[:, None]
                share = np.clip(share, 0, 1)[..., None]
                away = np.linalg.norm(off - share * along[:, None], axis=-1)
                middle = (depth[:, b, starts] + depth[:, b, ends]) / 2
                radius = maker._RAD * K[0, 0] / middle
                before = middle[:, None] + 0.06 < depth[:, a, :, None]
                hidden[:, a] |= ((away < radius[:, None]) & before).any(-1)
    return hidden


CLIPS: dict[str, Callable[[Path, Path], Clip]] = {
    "shipped": lambda shared, work: shipped(work),
    **{name: lambda shared, work, name=name: made(name, shared, work) for name in MADE},
}
