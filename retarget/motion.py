"""One person's motion through time: out of a take, on to another frame rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

import numpy as np

from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, continuous, matrix_from_quat, quat_from_rotvec, slerp
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

_SAME_FRAME = 1e-3
"""How much of a frame the last sample may be early and still be counted."""

_PIECE = 2048
"""Frames that are turned into quaternions at once."""


@dataclass(frozen=True, kw_only=True)
class PersonMotion:
    """A person's pose at T instants, on one skeleton, in the world frame (+Y up)."""

    track_id: int
    times_s: Array
    """(T,) rising; the first is 0 unless it was sampled elsewhere."""
    local_wxyz: Array
    """(T, 55, 4) parent-relative joint rotations without sign jumps; identity at rest."""
    pelvis: Array
    """(T, 3) m."""
    rest_joints: Array
    """(55, 3) m. A take may correct a person's shape while it learns it; this is the last
    word, and the whole motion is shown on it."""
    start_s: float = 0.0
    """When the person was first seen, from the take's first frame."""
    expression: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(T, E) coefficients of the face; empty where nobody looked at it."""

    @property
    def frames(self) -> int:
        return len(self.times_s)

    def joints(self) -> Array:
        """(T, 55, 3) m, by forward kinematics."""
        world = global_rotations(matrix_from_quat(self.local_wxyz), SMPLX)
        return joint_positions(world, self.rest_joints, self.pelvis, SMPLX)


def motions_from_tracks(frames: Iterable[TrackFrame]) -> list[PersonMotion]:
    """Sort a take's frames by person; people who were never more than a guess are left out.

    Predicted frames count as seen. Frames that miss a person, or say of them what is no number,
    leave a hole in `times_s`, which `resample` bridges.
    """
    people = SeenPeople()
    for frame in frames:
        people.add(frame)
    return [people.take(track_id) for track_id in people.track_ids]


class TrackedRows(Protocol):
    """What motion takes of a TrackFrame."""

    @property
    def t_capture_ns(self) -> int: ...
    @property
    def track_ids(self) -> Array: ...
    @property
    def states(self) -> Array: ...
    @property
    def joint_rotvecs(self) -> Array: ...
    @property
    def pelvis(self) -> Array: ...
    @property
    def rest_joints(self) -> Array: ...
    @property
    def expression(self) -> Array: ...


class SeenPeople:
    """Gathers a take's people frame by frame; keeps no frame."""

    def __init__(self) -> None:
        self._samples: dict[int, _Samples] = {}
        self._origin_ns: int | None = None

    def add(self, frame: TrackedRows) -> None:
        t_ns = frame.t_capture_ns
        self._origin_ns = t_ns if self._origin_ns is None else min(self._origin_ns, t_ns)
        ids = frame.track_ids.tolist()
        for row in _sound_rows(frame):
            self._samples.setdefault(ids[row], _Samples()).add(frame, row)

    @property
    def track_ids(self) -> list[int]:
        """Everybody who was ever more than a guess."""
        return sorted(t for t, samples in self._samples.items() if samples.confirmed)

    def frames(self, track_id: int) -> int:
        """How often somebody was seen."""
        return len(self._samples[track_id].times_ns)

    def span_s(self, track_id: int) -> tuple[float, float]:
        """When somebody was first and last seen, from the take's first frame."""
        times_ns, origin_ns = self._samples[track_id].times_ns, self._origin_ns or 0
        return (min(times_ns) - origin_ns) * 1e-9, (max(times_ns) - origin_ns) * 1e-9

    def take(self, track_id: int) -> PersonMotion:
        """Somebody's motion; they are forgotten here, because takes are long."""
        *_, (_, motion) = self.taken(track_id)
        assert motion is not None, "it comes last"
        return motion

    def taken(self, track_id: int) -> Iterator[tuple[float, PersonMotion | None]]:
        """The same piece by piece: how much is done, 0..1, and at last the motion."""
        return self._samples.pop(track_id).motion(track_id, self._origin_ns or 0)


def _sound_rows(frame: TrackedRows) -> Sequence[int]:
    """People whose values are all numbers; others are a hole in their motion."""
    people = len(frame.track_ids)
    parts = (frame.joint_rotvecs, frame.pelvis, frame.rest_joints, frame.expression)
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(sum(float(part.sum()) for part in parts)):  # nearly always, and fast
            return range(people)
    sound = [np.isfinite(part).reshape(people, -1).all(1) for part in parts]
    return np.flatnonzero(np.all(sound, axis=0)).tolist()


def resample(motion: PersonMotion, fps: Fraction, hold_before_s: float = 0.0) -> PersonMotion:
    """The motion at k / fps: rotations by slerp, the root linearly.

    Holes are bridged the same way, from the last pose seen to the next one.

    Args:
        hold_before_s: how long to stand in the first pose before anything happens.
    """
    frames = frame_count(motion, fps, hold_before_s)
    times_s = np.arange(frames) * fps.denominator / fps.numerator
    sampled = sample(motion, times_s - hold_before_s)
    return replace(sampled, times_s=times_s, start_s=motion.start_s - hold_before_s)


def frame_count(motion: PersonMotion, fps: Fraction, hold_before_s: float = 0.0) -> int:
    """How many frames `resample` makes."""
    length_s = hold_before_s + float(motion.times_s[-1])
    return int(length_s * fps + _SAME_FRAME) + 1


def sample(motion: PersonMotion, times_s: Array) -> PersonMotion:
    """The motion at (N,) instants of its own time; it holds still before and after."""
    before, fraction = _between(motion.times_s, times_s)
    after = np.minimum(before + 1, motion.frames - 1)
    q, pelvis = motion.local_wxyz, motion.pelvis
    return replace(
        motion,
        times_s=times_s,
        local_wxyz=continuous(slerp(q[before], q[after], fraction[:, None])),
        pelvis=_blend(pelvis, before, after, fraction),
        expression=_blend(motion.expression, before, after, fraction)
        if len(motion.expression)
        else motion.expression,
    )


def _blend(values: Array, before: Array, after: Array, fraction: Array) -> Array:
    """(N, ...) between rows of (T, ...) values."""
    return values[before] + (values[after] - values[before]) * fraction[:, None]


def _between(times_s: Array, wanted_s: Array) -> tuple[Array, Array]:
    """(N,) the sample at or before each wanted time, and how far on to the next, 0..1."""
    before = np.clip(np.searchsorted(times_s, wanted_s, side="right") - 1, 0, len(times_s) - 1)
    after = np.minimum(before + 1, len(times_s) - 1)
    step = np.where(after > before, times_s[after] - times_s[before], 1.0)
    return before, np.clip((wanted_s - times_s[before]) / step, 0.0, 1.0)


@dataclass(slots=True)
class _Samples:
    """What a take says about one person, in the order it says it."""

    times_ns: list[int] = field(default_factory=list)
    rotvecs: bytearray = field(default_factory=bytearray)
    """float32, as in messages; arrays for each frame would be as large again."""
    pelvis: bytearray = field(default_factory=bytearray)
    expression: list[bytes] = field(default_factory=list)
    rest_joints: Array = field(default_factory=lambda: np.zeros((55, 3)))
    confirmed: bool = False

    def add(self, frame: TrackedRows, row: int) -> None:
        # copies: a view would keep all of its message, which is several times as large
        self.times_ns.append(frame.t_capture_ns)
        self.rotvecs += frame.joint_rotvecs[row].astype(np.float32, copy=False).tobytes()
        self.pelvis += frame.pelvis[row].astype(np.float32, copy=False).tobytes()
        self.expression.append(frame.expression[row].astype(np.float32, copy=False).tobytes())
        self.rest_joints = frame.rest_joints[row].copy()
        self.confirmed |= int(frame.states[row]) != TRACK_TENTATIVE

    def motion(self, track_id: int, origin_ns: int) -> Iterator[tuple[float, PersonMotion | None]]:
        # times may repeat or run back where a looped clip was recorded: the first one stands
        times_ns, kept = np.unique(np.array(self.times_ns, np.int64), return_index=True)
        rotvecs = np.frombuffer(self.rotvecs, np.float32).reshape(-1, 55, 3)[kept]
        pelvis = np.frombuffer(self.pelvis, np.float32).reshape(-1, 3)[kept]
        local = np.empty((len(kept), len(SMPLX.names), 4))
        for start in range(0, len(kept), _PIECE):
            piece = slice(start, start + _PIECE)
            local[piece] = quat_from_rotvec(rotvecs[piece].astype(float))
            before = max(start - 1, 0)
            local[before : piece.stop] = continuous(local[before : piece.stop])
            yield start / len(kept), None
        yield (
            1.0,
            PersonMotion(
                track_id=track_id,
                times_s=(times_ns - times_ns[0]) * 1e-9,
                local_wxyz=local,
                pelvis=pelvis.astype(float),
                rest_joints=np.array(self.rest_joints, float),
                start_s=float(times_ns[0] - origin_ns) * 1e-9,
                expression=self._face(kept),
            ),
        )

    def _face(self, kept: Array) -> Array:
        """(T, E) of these samples; nothing if all are still, or of several lengths."""
        if len({len(each) for each in self.expression}) != 1:
            return np.zeros((0, 0))
        found = np.frombuffer(b"".join(self.expression), np.float32)
        found = found.reshape(len(self.expression), -1)[kept].astype(float)
        return found if found.any() else np.zeros((0, 0))
