"""Made-up people for tests/bench/adaptation.py, with the 2D that a detector would see of them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from livemocap.messages import PoseFrame, TrackFrame
from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, COCO17, SMPLX
from tracking.trackbench import pose_frame, rest_of

FAR = {"legs": 1.2, "arms": 0.85}
"""How much longer bones are than the estimator, who knows the average only, has them."""
ERROR, WHITE, OUTLIERS = 0.011, 0.004, 0.01
"""A detector's points: errors that last 0.3 s and those that do not, as shares of the height of a
body, and how many points a frame begin to be grossly wrong for a third of a second."""
OUTLIER = 0.12
LATE_S = 8.0
HABITS = {"hip": (0.025, 0.03, 0.01), "shoulder": (0.015, 0.02, 0.0)}
"""Outwards, up and ahead m of what it calls hips and shoulders."""


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario."""

    name: str
    clip: str
    seed: int
    stretch: dict[str, float]
    people: int = 1
    phase_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Made:
    """What a tracker gets to see, and the truth."""

    frames: list[PoseFrame]
    true_rest: Array
    """(P, 55, 3) m."""
    owners: list[Array]
    """For each frame (N,) whose each detection is, -1 for nobody's."""
    joints: Array
    """(T, P, 22, 3) m in the camera's frame."""
    index: Array
    """(F,) the row of `joints` of each frame."""

    def with_true_bones(self) -> list[PoseFrame]:
        """The same detections of people whose bones are known."""
        return [
            replace(frame, rest_joints=np.where(
                (own >= 0)[:, None, None], self.true_rest[own], frame.rest_joints
            ).astype(np.float32))
            for frame, own in zip(self.frames, self.owners, strict=True)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MPJPE:
    """mm, 22 joints about the pelvis."""

    all_mm: float
    late_mm: float
    """From LATE_S on."""
    scaled_mm: float
    """All, after everything was scaled by the one factor that fits best."""

    def __str__(self) -> str:
        return f"{self.all_mm:.1f} ({self.late_mm:.1f}; {self.scaled_mm:.1f})"


def cases(seeds: int, first: int = 0) -> Iterator[Case]:
    """Far and ordinary people, by turns."""
    clips = ("cmu_indian08", "cmu_martial05", "cmu_stand_traffic", "cmu_salsa03_a")
    for seed in range(first, first + seeds):
        for clip in clips:
            short = clip.removeprefix("cmu_")
            yield Case(f"{short}, legs +20 %, arms -15 %, {seed}", clip, 7000 + seed, FAR)
            yield Case(f"{short}, ordinary, {seed}", clip, 8000 + seed, {})
        yield Case(f"three who stand, {seed}", "cmu_stand_traffic", 9000 + seed, {}, people=3)
        yield Case(f"a couple who dance, {seed}", "cmu_salsa05", 9500 + seed, {}, people=2)


def mpjpe(person: Made, shown: list[TrackFrame]) -> MPJPE:
    """Of everybody shown who was seen; each is compared with the true person whom they used."""
    ours, true, of_image = _pairs(person, shown)
    off = np.linalg.norm(ours - true, axis=-1).mean(-1)
    scale = (ours * true).sum() / (ours * ours).sum()
    scaled = np.linalg.norm(scale * ours - true, axis=-1).mean()
    late = off[of_image >= LATE_S * 30].mean()
    return MPJPE(*(1e3 * float(x) for x in (off.mean(), late, scaled)))


def over_time(person: Made, shown: list[TrackFrame]) -> tuple[Array, Array]:
    """s, and the MPJPE in mm as the mean of a second."""
    ours, true, of_image = _pairs(person, shown)
    off = 1e3 * np.linalg.norm(ours - true, axis=-1).mean(-1)
    times = np.arange(0.5, of_image[-1] / 30 - 0.5, 0.1)
    return times, np.array([off[np.abs(of_image / 30 - t) <= 0.5].mean() for t in times])


def _pairs(person: Made, shown: list[TrackFrame]) -> tuple[Array, Array, Array]:
    """(N, 22, 3) m about the pelvis as shown and in truth, and (N,) in which image."""
    ours, true, of_image = [], [], []
    for k, frame in enumerate(shown):
        seen = np.flatnonzero(frame.detections >= 0)
        own = person.owners[k][frame.detections[seen]]
        seen, own = seen[own >= 0], own[own >= 0]
        R = frame.T_world_cam[:3, :3].astype(float)
        joints = frame.joints[seen, :BODY_JOINTS].astype(float)
        ours.append((joints - joints[:, :1]) @ R)
        found = person.joints[person.index[k], own]
        true.append(found - found[:, :1])
        of_image += [k] * len(seen)
    return np.concatenate(ours), np.concatenate(true), np.array(of_image)


def made(shared: Path, case: Case) -> Made:
    """Build the scenario with the tools of shared/trackbench, and add keypoints."""
    bench, core = _tools(shared)
    with tempfile.TemporaryDirectory() as out:
        with stretched(bench, core, case.stretch):
            bench.build(_spec(case), [str(shared / "mocap")], out)
            truth = core.GroundTruth(f"{out}/made.gt.npz")
            rest = np.stack([_rest(core, betas) for betas in truth.betas])
        scenario = core.Scenario(f"{out}/made.npz")
    return _with_points(scenario, truth, rest, np.random.default_rng(case.seed))


def _tools(shared: Path) -> tuple[ModuleType, ModuleType]:
    sys.path.insert(0, str(shared / "trackbench"))
    import make_scenarios  # type: ignore[import-not-found]
    import tbcore  # type: ignore[import-not-found]

    return make_scenarios, tbcore


def _spec(case: Case) -> dict[str, Any]:
    places = [[0.0, -3.6]] if case.people == 1 else [[-1.1, -3.4], [0.1, -4.4], [1.2, -3.6]]
    if case.people == 2:
        clips = [f"{case.clip}_a", f"{case.clip}_b"]
        pair = {"kind": "pair", "clips": clips, "at": [0, -3.7], "yaw": case.seed, "phase": 0.0}
        return {"name": "made", "seed": case.seed, "seconds": 13, "people": [pair]}
    people: list[dict[str, Any]] = [
        {
            "kind": "place",
            "clip": case.clip,
            "at": at,
            "yaw": 0.2 - 0.2 * i,
            "phase": case.phase_s + 3 * i,
        }
        for i, at in enumerate(places)
    ]
    if case.stretch:
        people[0]["betas"] = [0.0] * 10
    return {"name": "made", "seed": case.seed, "seconds": 14, "people": people}


@contextmanager
def stretched(bench: ModuleType, core: ModuleType, factors: dict[str, float]) -> Iterator[None]:
    """The skeleton of trackbench with other limbs, for as long as the truth is made."""
    kept = core.OFFSET.copy()
    groups = {"legs": core._LEG, "arms": core._ARM, "torso": core._TOR}
    for name, factor in factors.items():
        core.OFFSET[groups[name]] *= factor
    bench.Clip._cache.clear()  # clips know how far legs of their time would carry them
    try:
        yield
    finally:
        core.OFFSET[:] = kept


def _rest(core: ModuleType, betas: Array) -> Array:
    offsets = core.shaped_offsets(betas)
    return SMPLX.chains @ offsets[1:]


def _with_points(scenario: Any, truth: Any, rest: Array, rng: np.random.Generator) -> Made:
    frames, owners = [], []
    order = np.argsort(scenario.det_frame, kind="stable")
    cuts = np.searchsorted(scenario.det_frame[order], np.arange(len(scenario) + 1))
    points = detected(scenario, truth, rng)
    K = np.asarray(scenario.K, np.float32)
    for k, frame in enumerate(scenario.frames()):
        own = truth.det_gt[order[cuts[k] : cuts[k + 1]]].astype(int)
        seen = np.zeros((len(own), len(COCO17), 3), np.float32)
        seen[own >= 0] = points[frame.index, own[own >= 0]]
        posed = pose_frame(frame, K, scenario.size, rest_of(frame.rotvec, frame.joints))
        frames.append(replace(posed, keypoint_layout="coco17", keypoints_px=seen))
        owners.append(own)
    return Made(frames, rest, owners, truth.joints[:, :, :BODY_JOINTS], scenario.frame_index)


def detected(scenario: Any, truth: Any, rng: np.random.Generator) -> Array:
    """(T, P, 17, 3) px and confidence."""
    joints = truth.joints
    times, people = joints.shape[:2]
    names = [name for name in COCO17 if name in SMPLX.names]
    at = joints[:, :, SMPLX.indices(*names)].copy()
    at += _habits(truth, names)
    uv = at[..., :2] / at[..., 2:] * np.diagonal(scenario.K)[:2] + scenario.K[:2, 2]
    tall = scenario.K[0, 0] * 1.7 / joints[:, :, :1, 2]
    hidden = 1 - truth.vis.astype(float)
    lasting, gross = np.zeros(uv.shape[1:]), np.zeros(uv.shape[1:])
    left = np.zeros(uv.shape[1:3])
    found = np.zeros((times, people, len(COCO17), 3), np.float32)
    kept = np.exp(-1 / 9)
    for t in range(times):
        lasting = kept * lasting + np.sqrt(1 - kept**2) * rng.normal(size=lasting.shape)
        starts = (rng.random(left.shape) < OUTLIERS / 10) & (left <= 0)
        gross[starts] = OUTLIER * rng.normal(size=(int(starts.sum()), 2))
        left = np.where(starts, 10, left - 1)
        worse = (1 + 1.5 * hidden[t])[:, None, None]
        error = (ERROR * lasting + WHITE * rng.normal(size=lasting.shape)) * worse
        error += gross * (left > 0)[..., None]
        rows = [COCO17.index(name) for name in names]
        found[t][:, rows, :2] = uv[t] + error * tall[t][..., None]
        sure = 0.92 - 0.5 * hidden[t][:, None] - 0.25 * (left > 0)
        found[t][:, rows, 2] = np.clip(sure + 0.05 * rng.normal(size=left.shape), 0.05, 1.0)
    return found


def _habits(truth: Any, names: list[str]) -> Array:
    """(T, P, N, 3) m from joints to what a detector calls so, in the camera's frame."""
    joints = truth.joints
    out = joints[:, :, SMPLX.index("left_hip")] - joints[:, :, SMPLX.index("right_hip")]
    out /= np.linalg.norm(out, axis=-1, keepdims=True)
    up = joints[:, :, SMPLX.index("spine3")] - joints[:, :, 0]
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    ahead = np.cross(out, up)
    habits = np.zeros((*joints.shape[:2], len(names), 3))
    for i, name in enumerate(names):
        side, _, point = name.partition("_")
        if point in HABITS:
            o, u, a = HABITS[point]
            habits[:, :, i] = (o if side == "left" else -o) * out + u * up + a * ahead
    return habits
