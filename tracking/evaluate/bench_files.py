"""The tracking benchmark's files: NAME.npz, NAME.gt.npz, and NAME.npz of a tracker's rows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from .bench_body import body_joints
from .errors import EvaluationError
from .motions import ShownMotion, TrueMotion, body
from .scenario import Scenario, pose_scenario

TRUTH_SUFFIX = ".gt.npz"
LEAST_VISIBLE = 0.3
"""Share of a person that must be visible for the person to count."""

Arrays = dict[str, Array]
_GIVEN = ("t", "frame_index", "det_frame")
_TRUE = ("rotvec", "transl", "betas", "vis", "present", "contact", "box", "cam_R", "cam_t")
_TRUE = (*_TRUE, "t", "K", "frame_index", "det_gt")
_ROWS = ("frame", "track_id", "rotvec", "transl", "betas")


def bench_scenarios(results: Path, truth: Path) -> Iterator[Scenario]:
    """Every scenario of the folder `truth` that `results` has rows of.

    Raises:
        EvaluationError: a file cannot be read or does not fit its scenario; nothing is there.
    """
    names = [
        path.name.removesuffix(TRUTH_SUFFIX) for path in sorted(truth.glob(f"*{TRUTH_SUFFIX}"))
    ]
    answered = [name for name in names if (results / f"{name}.npz").is_file()]
    if not answered:
        raise EvaluationError(
            f"{results}: has rows of none of the {len(names)} scenarios of {truth}, expected "
            "files of the same names (NAME.npz)."
        )
    for name in answered:
        yield bench_scenario(name, results / f"{name}.npz", truth)


def bench_scenario(name: str, rows: Path, truth: Path) -> Scenario:
    """One of them.

    Raises:
        EvaluationError: as above.
    """
    given = _arrays(truth / f"{name}.npz", _GIVEN)
    true = _arrays(truth / f"{name}{TRUTH_SUFFIX}", _TRUE)
    found = _arrays(rows, _ROWS)
    _require_fitting(found, len(given["t"]), rows)
    return pose_scenario(name, _true_motion(true), _shown_motion(found, given, true))


def _true_motion(true: Arrays) -> TrueMotion:
    frames, people = true["present"].shape[:2]
    T_world_cam = np.tile(np.eye(4), (frames, 1, 1))
    R = true["cam_R"].astype(float)
    T_world_cam[:, :3, :3] = R.swapaxes(1, 2)
    T_world_cam[:, :3, 3] = -np.einsum("fji,fj->fi", R, true["cam_t"].astype(float))
    betas = np.broadcast_to(true["betas"], (frames, people, true["betas"].shape[-1]))
    box = true["box"].astype(float)
    present = true["present"].astype(bool)
    return TrueMotion(
        times_s=true["t"].astype(float),
        K=true["K"].astype(float),
        T_world_cam=T_world_cam,
        person_ids=np.arange(people),
        joints=body_joints(true["rotvec"], true["transl"], betas),
        local_rotvecs=body(true["rotvec"]),
        areas_px=(box[..., 2:] - box[..., :2]).prod(-1),
        present=present,
        counted=present & (true["vis"] >= LEAST_VISIBLE),
        planted=true["contact"].astype(bool),
    )


def _shown_motion(found: Arrays, given: Arrays, true: Arrays) -> ShownMotion:
    joints = found.get("joints")
    if joints is None:
        joints = body_joints(found["rotvec"], found["transl"], found["betas"])
    times, frames = given["t"].astype(float), found["frame"].astype(int)
    sent = np.minimum(found.get("emit", frames).astype(int), len(times) - 1)
    return ShownMotion(
        true_frames=given["frame_index"].astype(int),
        frames=frames,
        ids=found["track_id"],
        joints=body(joints),
        local_rotvecs=body(found["rotvec"]),
        delays_s=times[sent] - times[frames],
        seen=_seen(given, true),
    )


def _seen(given: Arrays, true: Arrays) -> Array:
    """(T, P) who was detected."""
    seen = np.zeros((len(given["t"]), true["present"].shape[1]), bool)
    real = true["det_gt"] >= 0
    seen[given["det_frame"][real].astype(int), true["det_gt"][real].astype(int)] = True
    return seen


def _require_fitting(found: Arrays, frames: int, path: Path) -> None:
    lengths = {name: len(found[name]) for name in (*_ROWS, "joints", "emit") if name in found}
    if len(set(lengths.values())) > 1:
        raise EvaluationError(f"{path}: arrays of different lengths: {json.dumps(lengths)}.")
    shown = found["frame"]
    wrong = np.flatnonzero((shown < 0) | (shown >= frames))
    if len(wrong):
        raise EvaluationError(
            f"{path}: row {wrong[0]} is of frame {shown[wrong[0]]}, the scenario has {frames}."
        )
    early = np.flatnonzero(found.get("emit", shown) < shown)
    if len(early):
        raise EvaluationError(f"{path}: row {early[0]} was sent before its frame arrived.")
    for name in ("rotvec", "transl", "joints"):
        if name in found and not np.isfinite(found[name]).all():
            raise EvaluationError(f"{path}: {name} holds numbers that are not finite.")


def _arrays(path: Path, names: tuple[str, ...]) -> Arrays:
    """All arrays of a file.

    Raises:
        EvaluationError: it cannot be read, or one of `names` is missing.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise EvaluationError(f"{path}: cannot be read as .npz ({error})") from None
    missing = [name for name in names if name not in arrays]
    if missing:
        raise EvaluationError(f"{path}: has no {', '.join(missing)}.")
    return arrays
