"""A take of people whose motion came from files: what a recording would hold, less the images."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.coords import assumed_intrinsics, transform
from livemocap.messages import SCHEMA_VERSION, TRACK_OBSERVED, TrackFrame
from livemocap.rotation import Array, rotvec_from_quat
from livemocap.skeleton import SMPLX
from livemocap.take import TakeWriter, partial

from ..progress import Progress
from ..whole_file import whole_file
from .recording import Recording

CAMERA_ID = "import"
_TOPIC = "track"
_WIDTH, _HEIGHT = 1920, 1080
_DISTANCE_M = 4.0
"""From the nearest person to the camera that would have seen them."""


def write_take(
    path: Path,
    recordings: Sequence[Recording],
    fps: Fraction,
    tables: Mapping[str, Mapping[str, str]],
    progress: Progress = lambda done, total: None,
) -> None:
    """Write people who all move at `fps`; they all come with the first frame.

    Args:
        tables: metadata to keep in the take, by name.
        progress: counts frames.

    Raises:
        RetargetError: the take cannot be written; nothing new stands under `path` then.
    """
    total = max(recording.motion.frames for recording in recordings)
    with whole_file(path) as part:
        for left_behind in (part, partial(part)):
            left_behind.unlink(missing_ok=True)
        writer = TakeWriter(part, clocks=_clocks())
        try:
            writer.add_metadata("skeleton", _skeleton())
            for name, values in tables.items():
                writer.add_metadata(name, values)
            for done, frame in enumerate(track_frames(recordings, fps), 1):
                writer.write(_TOPIC, frame)
                progress(done, total)
            writer.close()
        except BaseException:
            writer.abandon().unlink(missing_ok=True)
            raise


def track_frames(recordings: Sequence[Recording], fps: Fraction) -> Iterator[TrackFrame]:
    """What the tracker would say of them; ids are 1, 2, 3 ... in their order."""
    people = [_columns(number, recording) for number, recording in enumerate(recordings, 1)]
    lengths = [recording.motion.frames for recording in recordings]
    bodies = {(r.body.name, r.body.hash) for r in recordings}
    model, digest = bodies.pop() if len(bodies) == 1 else ("imported", "")
    K = assumed_intrinsics(_WIDTH, _HEIGHT).astype(np.float32)
    T_world_cam = _camera(recordings).astype(np.float32)
    for k in range(max(lengths)):
        here = [n for n, frames in enumerate(lengths) if k < frames]
        rows: dict[str, Any] = {
            name: np.stack([_row(people[n][name], k) for n in here]) for name in people[0]
        }
        t_ns = round(k * 1_000_000_000 / fps)
        yield TrackFrame(
            camera_id=CAMERA_ID,
            sequence=k,
            t_capture_ns=t_ns,
            t_grab_ns=t_ns,
            width=_WIDTH,
            height=_HEIGHT,
            K=K,
            T_world_cam=T_world_cam,
            body_model=model,
            body_hash=digest,
            hand_mean_known=all(recordings[n].hand_mean_known for n in here),
            **rows,
        )


def _columns(number: int, recording: Recording) -> dict[str, Array]:
    """A person's rows of all frames, by the fields of TrackFrame; (1, ...) where they stay."""
    motion = recording.motion
    return {
        "track_ids": np.array([number], np.int64),
        "states": np.array([TRACK_OBSERVED], np.uint8),
        "detections": np.array([-1], np.int64),
        "scores": np.ones(1, np.float32),
        "joint_rotvecs": rotvec_from_quat(motion.local_wxyz).astype(np.float32),
        "pelvis": motion.pelvis.astype(np.float32),
        "joints": motion.joints().astype(np.float32),
        "rest_joints": motion.rest_joints.astype(np.float32)[None],
        "betas": recording.body.betas.astype(np.float32)[None],
        "expression": np.zeros((1, 10), np.float32),
        "joint_confidence": recording.known.astype(np.float32)[None],
    }


def _row(column: Array, frame: int) -> Array:
    return column[min(frame, len(column) - 1)]


def _camera(recordings: Sequence[Recording]) -> Array:
    """(4, 4) from a camera in front of where everybody is, looking back along -Z."""
    places = np.concatenate([recording.motion.pelvis for recording in recordings])
    middle = (places.min(0) + places.max(0)) / 2
    return transform(
        np.diag([1.0, -1, -1]), [middle[0], middle[1], places[:, 2].max() + _DISTANCE_M]
    )


def _clocks() -> dict[str, str]:
    """The take starts now, its times at 0."""
    return {
        "started_unix_ns": str(time.time_ns()),
        "started_monotonic_ns": "0",
        "schema_version": str(SCHEMA_VERSION),
    }


def _skeleton() -> dict[str, str]:
    return {"joints": " ".join(SMPLX.names), "parents": " ".join(map(str, SMPLX.parents))}
