"""How good poses are, in the numbers that papers use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.joint_errors import aligned_error_mm, root_relative_error_mm
from livemocap.rotation import Array, geodesic
from livemocap.skeleton import BODY_JOINTS, SMPLX

from .estimates import FrameEstimate, PersonEstimate
from .match import FrameMatch, match_frame
from .truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseAccuracy:
    """A clip's verdict; lengths in mm, angles in degrees, means over matched people."""

    frames: int
    expected: int
    """People who had to be found, summed over frames."""
    matched: int
    recall: float
    precision: float
    ids: int
    """Different ids among all estimates."""
    switches: int
    """How often a person's id changed."""
    mpjpe_mm: float
    """22 joints, relative to the pelvis."""
    pa_mpjpe_mm: float
    """The same after the best similarity transform."""
    rotation_deg: float
    """Geodesic of the global rotations of 22 joints."""
    rotation_of_joints_deg: dict[str, float]
    root_depth_bias: float
    """Mean of (estimated - true) / true depth of the pelvis."""
    root_depth_spread: float
    body_jitter_mm: float
    """Median second difference of the joints relative to the pelvis, mean over 22."""
    root_jitter_mm: float
    true_body_jitter_mm: float
    true_root_jitter_mm: float


def evaluate(estimates: Sequence[FrameEstimate], truth: Truth, frames: int = 0) -> PoseAccuracy:
    """Compare estimates with the truth of their clip.

    Args:
        estimates: at most one per frame; a frame that has none counts as empty.
        frames: how many of the clip's frames to look at, all by default.
    """
    count = min(frames or len(truth), len(truth))
    by_sequence = {e.sequence: e for e in estimates if e.sequence < count}
    size = next((e.image_size for e in estimates), (0, 0))
    shown = [by_sequence.get(k, FrameEstimate(k, size, [])) for k in range(count)]
    matches = [match_frame(e, truth.points_px[e.sequence]) for e in shown]
    found = _Found(shown, matches, truth)
    expected, false = sum(m.expected for m in matches), sum(m.false for m in matches)
    bias, spread = found.depth()
    rotations = found.rotation_deg()
    body, root = found.jitter_mm(found.joints)
    true_body, true_root = found.jitter_mm(found.true_joints)
    return PoseAccuracy(
        frames=count,
        expected=expected,
        matched=len(found.people),
        recall=_ratio(len(found.people), expected),
        precision=_ratio(len(found.people), len(found.people) + false),
        ids=len({p.id for e in shown for p in e.people}),
        switches=found.switches(),
        mpjpe_mm=_mean(root_relative_error_mm(found.joints, found.true_joints)),
        pa_mpjpe_mm=_mean(aligned_error_mm(found.joints, found.true_joints)),
        rotation_deg=_mean(rotations),
        rotation_of_joints_deg=dict(
            zip(SMPLX.names, np.round(rotations.mean(0), 2).tolist(), strict=False)
        )
        if len(rotations)
        else {},
        root_depth_bias=bias,
        root_depth_spread=spread,
        body_jitter_mm=body,
        root_jitter_mm=root,
        true_body_jitter_mm=true_body,
        true_root_jitter_mm=true_root,
    )


class _Found:
    """The matched people of a clip, as arrays over all matches in order of time."""

    def __init__(
        self, shown: Sequence[FrameEstimate], matches: Sequence[FrameMatch], truth: Truth
    ) -> None:
        self.frames: list[int] = []
        self.whom: list[int] = []
        self.people: list[PersonEstimate] = []
        for estimate, match in zip(shown, matches, strict=True):
            for person, row in match.pairs:
                self.frames.append(estimate.sequence)
                self.whom.append(person)
                self.people.append(estimate.people[row])
        self.joints = np.array([p.joints for p in self.people]).reshape(-1, BODY_JOINTS, 3)
        self.true_joints = truth.joints[self.frames, self.whom]
        self._true_rotations = truth.rotations[self.frames, self.whom]

    def rotation_deg(self) -> Array:
        """(N, 22)."""
        shape = self._true_rotations.shape
        rotations = np.array([p.rotations for p in self.people]).reshape(shape)
        return np.degrees(geodesic(self._true_rotations, rotations))

    def depth(self) -> tuple[float, float]:
        """Mean and standard deviation of the pelvis' relative depth error."""
        true = self.true_joints[:, 0, 2]
        off = (self.joints[:, 0, 2] - true) / true
        return _mean(off), float(off.std()) if len(off) else float("nan")

    def switches(self) -> int:
        last: dict[int, int] = {}
        count = 0
        for person, estimate in zip(self.whom, self.people, strict=True):
            count += last.get(person, estimate.id) != estimate.id
            last[person] = estimate.id
        return count

    def jitter_mm(self, joints: Array) -> tuple[float, float]:
        """Body and root, over people who were matched in three frames on end."""
        row = {key: k for k, key in enumerate(zip(self.frames, self.whom, strict=True))}
        runs = [
            (row[k - 1, p], n, row[k + 1, p])
            for (k, p), n in row.items()
            if (k - 1, p) in row and (k + 1, p) in row
        ]
        if not runs:
            return float("nan"), float("nan")
        before, now, after = np.array(runs).T
        body = joints - joints[:, :1]
        bend = body[before] - 2 * body[now] + body[after]
        root = (joints[before] - 2 * joints[now] + joints[after])[:, 0]
        of_body = np.median(np.linalg.norm(bend, axis=-1).mean(-1))
        return float(of_body * 1000), float(np.median(np.linalg.norm(root, axis=-1)) * 1000)


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
