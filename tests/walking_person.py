"""Somebody of a stream who walks: the made-up legs of `walkers` under the made-up body."""

from __future__ import annotations

import numpy as np
from rigs_made import person
from walkers import GROWN, Walk, walk

from livemocap.messages import TRACK_OBSERVED, TrackFrame
from livemocap.rotation import Array, continuous, quat_from_matrix, rotvec_from_quat
from livemocap.skeleton import SMPLX
from retarget.motion import PersonMotion


def walking_person(of: Walk | None = None) -> PersonMotion:
    """Arms stay out; feet never slide on this body."""
    of = walk() if of is None else of
    rest = walker_joints()
    thigh, shin, foot = np.moveaxis(of.legs.turns, -4, 0)
    local = np.tile([1.0, 0, 0, 0], (of.frames, len(SMPLX.names), 1))
    back = (np.swapaxes(a, -1, -2) for a in (thigh, shin))
    for joint, turns in zip(
        ("hip", "knee", "ankle"), (thigh, next(back) @ shin, next(back) @ foot), strict=True
    ):
        local[:, SMPLX.indices(f"left_{joint}", f"right_{joint}")] = quat_from_matrix(turns)
    hips = rest[SMPLX.indices("left_hip", "right_hip")].mean(0)
    return PersonMotion(
        track_id=1,
        times_s=of.times_s,
        local_wxyz=continuous(local),
        pelvis=of.legs.hip.mean(1) + rest[0] - hips,
        rest_joints=rest,
    )


def walker_joints() -> Array:
    """(55, 3) m the made-up body with the legs of who walks, standing on the floor."""
    joints = person()
    for side, x in (("left", 1), ("right", -1)):
        hip, knee, ankle, toe = SMPLX.indices(
            *(f"{side}_{j}" for j in ("hip", "knee", "ankle", "foot"))
        )
        joints[ankle] = [x * GROWN.hips / 2, GROWN.ankle, 0]
        joints[toe] = joints[ankle] + GROWN.sole[1]
        joints[knee] = joints[ankle] + [0, GROWN.shin, 0]
        joints[hip] = joints[knee] + [0, GROWN.thigh, 0]
    up = joints[SMPLX.index("left_hip"), 1] - person()[SMPLX.index("left_hip"), 1]
    legs = ("hip", "knee", "ankle", "foot")
    joints[[not name.endswith(legs) for name in SMPLX.names]] += [0, up, 0]
    return joints


def as_frames(motion: PersonMotion) -> list[TrackFrame]:
    """What a tracker would say of this one person."""
    joints = motion.joints()
    return [
        TrackFrame(
            camera_id="cam0",
            sequence=k,
            t_capture_ns=round(1e9 * t_s),
            t_grab_ns=k,
            width=640,
            height=480,
            K=np.eye(3, dtype=np.float32),
            T_world_cam=np.eye(4, dtype=np.float32),
            body_model="test_body",
            body_hash="0" * 16,
            track_ids=np.array([motion.track_id]),
            states=np.array([TRACK_OBSERVED], np.uint8),
            detections=np.zeros(1, int),
            scores=np.ones(1, np.float32),
            joint_rotvecs=rotvec_from_quat(motion.local_wxyz[k : k + 1]).astype(np.float32),
            pelvis=motion.pelvis[k : k + 1].astype(np.float32),
            joints=joints[k : k + 1].astype(np.float32),
            rest_joints=motion.rest_joints[None].astype(np.float32),
            betas=np.zeros((1, 10), np.float32),
            expression=np.zeros((1, 10), np.float32),
            joint_confidence=np.ones((1, 55), np.float32),
        )
        for k, t_s in enumerate(motion.times_s.tolist())
    ]
