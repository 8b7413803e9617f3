"""Ids from boxes alone: on a benchmark of tracks, and on MOTChallenge text.

    python tests/bench/box_tracks.py --trackbench ../shared/trackbench --set out/trackbench/seed1000
    python tests/bench/box_tracks.py --detections SEQ/test.txt --truth SEQ/gt.txt --size 640,480

What the tracker gets: no shape, the rest pose, and depth from the height of the box. Rows of the
benchmark are scored with the pose of the detection that they used. Ids that come with detections
are not read.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from livemocap.coords import assumed_intrinsics
from livemocap.rotation import Array
from tracking import trackbench
from tracking.evaluate.mot_files import mot_scenario
from tracking.evaluate.mot_text import read_mot
from tracking.evaluate.scenario import Scenario
from tracking.evaluate.scoring import figures, score
from tracking.trackbench import BoxTracker

HEIGHT_M = 1.7
"""Of everybody, standing."""


def box_frame(k: int, t_s: float, score: Array, box: Array, K: Array) -> Any:
    """What is left of a frame when only boxes are known; `box` is (n, 4) x0 y0 x1 y1 px."""
    focal_px, middle = float(K[0, 0]), (box[:, :2] + box[:, 2:]) / 2
    z = focal_px * HEIGHT_M / np.maximum(box[:, 3] - box[:, 1], 4.0)
    transl = np.column_stack([(middle - K[:2, 2]) / focal_px * z[:, None], z])
    still = np.zeros((len(box), 55, 3))
    return SimpleNamespace(
        k=k, t=t_s, score=score, box=box, betas=np.zeros((len(box), 10)), rotvec=still,
        transl=transl, joints=still + transl[:, None],
    )  # fmt: skip


def used(rows: list[dict[str, Any]], boxes: Any) -> list[int]:
    """Which detection each row used."""
    return [int(np.abs(boxes.transl - row["transl"]).sum(1).argmin()) for row in rows]


class FromBoxes:
    """A tracker for the benchmark whose door sees boxes only."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self._K, self._tracker = meta["K"], BoxTracker(meta)

    def update(self, frame: Any) -> list[dict[str, Any]]:
        boxes = box_frame(frame.k, frame.t, frame.score, frame.box, self._K)
        rows = self._tracker.update(boxes)
        return [
            {"track_id": row["track_id"], "rotvec": frame.rotvec[i], "transl": frame.transl[i],
             "betas": frame.betas[i], "joints": frame.joints[i]}
            for row, i in zip(rows, used(rows, boxes), strict=True)
        ]  # fmt: skip


def on_benchmark(bench: Path, folder: Path, only: tuple[str, ...]) -> str:
    sys.path.insert(0, str(bench.resolve()))
    judge, runner, core = (import_module(m) for m in ("evaluate", "run_tracker", "tbcore"))
    counts = []
    for truth in sorted(folder.glob("*.gt.npz")):
        path = str(truth).replace(".gt.npz", ".npz")
        if only and not truth.name.startswith(only):
            continue
        scenario = core.Scenario(path)
        meta = {"fps": scenario.fps, "K": scenario.K, "size": scenario.size}
        rows = runner.run(scenario, FromBoxes(meta))
        rows["time"] = rows["time_us"]
        counts.append(judge.eval_scenario(path, core.GroundTruth(str(truth)), rows))
    total = judge.summary(judge.merge(counts))
    names = ("HOTA", "AssA", "DetA", "IDF1", "IDSW", "Frag", "tracks")
    return listed({name: total[name] for name in names})


def on_boxes(detections: Path, truth: Path, size: tuple[int, int], fps: float) -> str:
    """Of the tracker, and for comparison of the ids that the file of detections came with."""
    found, K = read_mot(detections), assumed_intrinsics(*size)
    tracker = BoxTracker({"fps": fps, "K": K, "size": size})
    lines = []
    for k in range(1, int(found.frames.max()) + 1):
        there = np.flatnonzero(found.frames == k)
        corners = found.boxes[there].astype(float)
        corners[:, 2:] += corners[:, :2]
        boxes = box_frame(k, k / fps, np.full(len(there), 0.9), corners, K)
        rows = tracker.update(boxes)
        for row, i in zip(rows, used(rows, boxes), strict=True):
            x, y, w, h = found.boxes[there[i]]
            lines.append(f"{k},{row['track_id']},{x},{y},{w},{h},1,-1,-1,-1\n")
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.txt"
        answer.write_text("".join(lines))
        return "\n".join(
            f"{told}: {scored(mot_scenario(told, path, truth))}"
            for told, path in (("tracked", answer), ("as the file has it", detections))
        )


def scored(scenario: Scenario) -> str:
    found = figures(score(scenario).counts)
    names = ("HOTA", "AssA", "DetA", "IDF1", "MOTA", "switches", "fragments", "people", "tracks")
    return listed({name: found[name] for name in names})


def listed(found: dict[str, float]) -> str:
    return " | ".join(f"{name} {value:.1f}" for name, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trackbench", type=Path)
    parser.add_argument("--set", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--detections", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--size", default="640,480", help="px")
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--noise", default="", help="of boxes, as 0.1,0.12: m across, depth share")
    args = parser.parse_args()
    if args.noise:
        trackbench.BOX_LATERAL_M, trackbench.BOX_DEPTH = map(float, args.noise.split(","))
    if args.trackbench:
        print(on_benchmark(args.trackbench, args.set, tuple(filter(None, args.only.split(",")))))
    if args.detections:
        width, height = map(int, args.size.split(","))
        print(on_boxes(args.detections, args.truth, (width, height), args.fps))


if __name__ == "__main__":
    main()
