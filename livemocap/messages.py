"""The messages that travel between livemocap's processes and into takes.

A message is a frozen dataclass of scalars and NumPy arrays. `livemocap.wire` turns one into
bytes and back and checks types, dtypes and shapes on the way in; docs/messages.md explains
every field. Units: metres, radians, pixels, nanoseconds. P people, J = 55 SMPL-X joints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

SCHEMA_VERSION = 1
"""Raised whenever a field changes meaning; both ends must agree on it."""

Float32 = Annotated[NDArray[np.float32], "float32"]
Int64 = Annotated[NDArray[np.int64], "int64"]
UInt8 = Annotated[NDArray[np.uint8], "uint8"]

TRACK_TENTATIVE, TRACK_OBSERVED, TRACK_PREDICTED = 0, 1, 2
"""Values of TrackFrame.states."""

REPAIRS = ("flipped", "mirrored", "hands_exchanged", "limb_jumped", "depth_jumped", "implausible")
"""What the bits 1, 2, 4, 8, 16 and 32 of TrackFrame.repairs stand for."""

RAW, FILTERED, LIFTED, ADAPTED = range(4)
"""Bytes of TrackFrame.provenance: where a joint's rotation comes from in the end. As the engine
saw it, smoothed, steered by 2D lifted to 3D, or adapted to the person."""


class MessageError(ValueError):
    """A message's arrays do not have the shapes its fields promise."""


def require_shapes(message: object, **shapes: tuple[str | int, ...]) -> None:
    """Check arrays of `message` against shapes; a letter must mean one size throughout.

    Raises:
        MessageError: naming the field, the shape found and the shape wanted.
    """
    sizes: dict[str, int] = {}
    for name, wanted in shapes.items():
        found = getattr(message, name).shape
        fits = len(found) == len(wanted)
        for want, size in zip(wanted, found, strict=False):
            fits &= size == (sizes.setdefault(want, size) if isinstance(want, str) else want)
        if not fits:
            raise MessageError(
                f"{type(message).__name__}.{name} has shape {found}, expected {wanted} with {sizes}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFrame:
    """One camera image on its way to inference, or the place in shared memory where it lies."""

    camera_id: str
    sequence: int
    """Counts the camera's images from 0; a jump is a dropped image."""
    t_capture_ns: int
    """Shutter time on the capture host's monotonic clock. Later stages copy it, never restamp.
    A file read without loss carries its presentation time here instead."""
    t_grab_ns: int
    """Host monotonic clock right after the grab, also for files: what latency is measured from."""
    width: int
    height: int
    encoding: str
    """`bgr` raw (H, W, 3), `jpeg`, or `shm`: pixels lie in the named ring slot."""
    pixels: UInt8
    """(H * W * 3,) for bgr, (N,) JPEG bytes, or (0,) for shm."""
    K: Float32
    """Pinhole intrinsics, (3, 3), px."""
    intrinsics_source: str
    """`file`, `fov` or `assumed` (focal length 1.2 x the long side)."""
    cut: float = 0.0
    """How surely this image starts a new shot, 0..1."""
    camera_motion_px: float = 0.0
    """Median shift of the background since the previous image."""
    shm_name: str = ""
    shm_slot: int = 0
    shm_sequence: int = 0
    """The slot's sequence number at writing: read before and after use, see livemocap/ring.py."""

    def __post_init__(self) -> None:
        require_shapes(self, pixels=("N",), K=(3, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseFrame:
    """Everybody one camera saw in one image, in that camera's frame (+X right, +Y down, +Z on)."""

    camera_id: str
    sequence: int
    t_capture_ns: int
    t_grab_ns: int
    t_infer_ns: int = 0
    """Host monotonic clock when the engine was handed the image."""
    t_pose_ns: int = 0
    """Host monotonic clock when the engine was done."""
    width: int
    height: int
    K: Float32
    """Pinhole intrinsics the poses were computed with, (3, 3), px."""
    intrinsics_source: str = "assumed"
    cut: float = 0.0
    camera_motion_px: float = 0.0
    engine: str
    """Name and version of the engine, for example `landmarks/1`."""
    body_model: str
    """Which body `betas` and `rest_joints` belong to, for example `open_body_neutral`."""
    body_hash: str
    """First 16 hex digits of the body file's SHA-256."""
    hand_mean_known: bool = True
    """False when hand rotations are relative to a mean pose that nobody gave us."""
    scores: Float32
    """(P,) confidence that this is a person, 0..1."""
    boxes_px: Float32
    """(P, 4) x0 y0 x1 y1."""
    joint_rotvecs: Float32
    """Parent-relative axis-angle, (P, 55, 3) rad, relative to flat hands; joint 0 is
    global_orient in the camera frame."""
    pelvis: Float32
    """transl + rest_pelvis(betas), (P, 3) m: receivers need no body model."""
    rest_joints: Float32
    """The person's own joints at rest, (P, 55, 3) m; bone lengths come from here."""
    betas: Float32
    """(P, B) shape coefficients of `body_model`."""
    expression: Float32
    """(P, E) expression coefficients of `body_model`."""
    joint_visibility: Float32
    """(P, 55) 0..1; invented joints (outside the image, hidden) are near 0."""
    keypoint_layout: str
    """`coco17`, `blazepose33` or `smplx55`: see livemocap.skeleton.KEYPOINT_LAYOUTS."""
    keypoints_px: Float32
    """(P, K, 3) x, y in px and confidence 0..1: the engine's own 2D evidence."""
    appearance: Float32
    """(P, D) unit-norm description of how the person looks; D may be 0."""
    engine_ids: Int64
    """(P,) the engine's own hint of who is who, -1 for none. Never a track id."""

    def __post_init__(self) -> None:
        require_shapes(
            self,
            K=(3, 3),
            scores=("P",),
            boxes_px=("P", 4),
            joint_rotvecs=("P", 55, 3),
            pelvis=("P", 3),
            rest_joints=("P", 55, 3),
            betas=("P", "B"),
            expression=("P", "E"),
            joint_visibility=("P", 55),
            keypoints_px=("P", "K", 3),
            appearance=("P", "D"),
            engine_ids=("P",),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFrame:
    """Everybody being tracked at one instant, in the world frame (+Y up, floor at y = 0)."""

    camera_id: str
    sequence: int
    t_capture_ns: int
    t_grab_ns: int
    t_infer_ns: int = 0
    t_pose_ns: int = 0
    t_track_ns: int = 0
    """Host monotonic clock when the tracker was done."""
    width: int
    height: int
    K: Float32
    T_world_cam: Float32
    """(4, 4) takes camera points to world: p_world = T_world_cam @ p_cam."""
    world_source: str = "assumed"
    """`assumed`, `estimated` (floor from people) or `calibrated`."""
    cut: float = 0.0
    body_model: str
    body_hash: str
    hand_mean_known: bool = True
    track_ids: Int64
    """(P,) never reused within a session."""
    states: UInt8
    """(P,) TRACK_TENTATIVE, TRACK_OBSERVED or TRACK_PREDICTED (no detection this frame)."""
    detections: Int64
    """(P,) row of the PoseFrame with the same camera and sequence, -1 when predicted."""
    scores: Float32
    """(P,) 0..1."""
    joint_rotvecs: Float32
    """(P, 55, 3) rad, smoothed; joint 0 is global_orient in the world frame."""
    pelvis: Float32
    """(P, 3) m, world."""
    joints: Float32
    """(P, 55, 3) m, world: forward kinematics of the three fields around it."""
    rest_joints: Float32
    """(P, 55, 3) m. Changes only in explicit shape updates, never from frame to frame."""
    betas: Float32
    expression: Float32
    joint_confidence: Float32
    """(P, 55) 0..1."""
    names: dict[str, str] = field(default_factory=dict)
    """What users call people: track id as text to name, of those who have one."""
    repairs: dict[str, int] = field(default_factory=dict)
    """Whose estimate was mended before smoothing: track id as text to bits, see
    REPAIRS for what each bit, from 1 on, stands for."""
    provenance: dict[str, bytes] = field(default_factory=dict)
    """Where joints come from: track id as text to 55 bytes, RAW, FILTERED, LIFTED or ADAPTED.
    Whoever is not named is FILTERED throughout."""
    swaps: dict[str, Any] = field(default_factory=dict)
    """Whose adaptation changed with this image: a number of the tracker's own as text to 44 floats,
    from which a replay makes the same change; `begun` at a stream's first image. See
    docs/lifting.md."""

    def __post_init__(self) -> None:
        require_shapes(
            self,
            K=(3, 3),
            T_world_cam=(4, 4),
            track_ids=("P",),
            states=("P",),
            detections=("P",),
            scores=("P",),
            joint_rotvecs=("P", 55, 3),
            pelvis=("P", 3),
            joints=("P", 55, 3),
            rest_joints=("P", 55, 3),
            betas=("P", "B"),
            expression=("P", "E"),
            joint_confidence=("P", 55),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfStream:
    """A finite source is through: stages flush, pass it on and leave."""

    camera_id: str
    frames: int
    """How many images the source sent."""
    reason: str = "end of file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """One process's counters, rates and latencies, once a second."""

    role: str
    t_ns: int
    values: dict[str, Any] = field(default_factory=dict)
    """Flat: `fps`, `dropped`, `gaps`, `age_ms_p50`, `age_ms_p95`, `state` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """What a command line or the add-on asks of a running process."""

    command: str
    """`record.start`, `record.stop`, `record.status`; `people.list`, `people.swap` ..."""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlReply:
    """The answer to a ControlRequest; a refusal says why in `message`."""

    ok: bool
    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)


Message = (
    ImageFrame | PoseFrame | TrackFrame | EndOfStream | Metrics | ControlRequest | ControlReply
)
MESSAGE_TYPES: tuple[type[Message], ...] = (
    ImageFrame,
    PoseFrame,
    TrackFrame,
    EndOfStream,
    Metrics,
    ControlRequest,
    ControlReply,
)
