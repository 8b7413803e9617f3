"""Takes beside takes that are known to be right: imported motion, for example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livemocap.messages import TrackFrame
from livemocap.take import TakeReader

from .errors import EvaluationError
from .scenario import Scenario, pose_scenario
from .take_motion import shown_motion, true_motion

SUFFIX = ".mcap"


def take_scenarios(results: Path, truth: Path, in_world: bool = False) -> Iterator[Scenario]:
    """Two takes, or two folders of takes with the same names.

    Args:
        in_world: compare where people are in the world, not as seen by each take's own camera.

    Raises:
        EvaluationError: they cannot be compared, or a take of `truth` has no results.
        TakeError: a take cannot be read.
    """
    pairs = {results.stem: (results, truth)} if results.is_file() else _pairs(results, truth)
    for name, (shown, true) in pairs.items():
        yield take_scenario(name, shown, true, in_world)


def take_scenario(name: str, shown: Path, true: Path, in_world: bool = False) -> Scenario:
    """One of them.

    Raises:
        EvaluationError, TakeError: as above.
    """
    truth = true_motion(_frames(true), in_world)
    motion = shown_motion(_frames(shown), truth, in_world)
    if motion is None:
        raise EvaluationError(
            f"{shown}: none of its frames was taken when one of {true} was. Are they of one "
            "recording, both with the times of its images?"
        )
    return pose_scenario(name, truth, motion)


def _pairs(results: Path, truth: Path) -> dict[str, tuple[Path, Path]]:
    found = {path.stem: (results / path.name, path) for path in sorted(truth.glob(f"*{SUFFIX}"))}
    if not found:
        raise EvaluationError(f"{truth}: holds no takes (*{SUFFIX}).")
    for shown, true in found.values():
        if not shown.is_file():
            raise EvaluationError(f"{shown}: no such take; {true} is without results.")
    return found


def _frames(path: Path) -> list[TrackFrame]:
    """In order of time, of one camera."""
    frames = sorted(TakeReader(path).tracks(), key=lambda frame: frame.t_capture_ns)
    if not frames:
        raise EvaluationError(f"{path}: holds no tracks. `livemocap take info {path}` tells more.")
    cameras = sorted({frame.camera_id for frame in frames})
    if len(cameras) > 1:
        raise EvaluationError(f"{path}: tracks of {', '.join(cameras)}, expected one camera.")
    for frame in frames:
        if not (np.isfinite(frame.joints).all() and np.isfinite(frame.joint_rotvecs).all()):
            raise EvaluationError(
                f"{path}: frame {frame.sequence} has numbers that are not finite."
            )
    return frames
