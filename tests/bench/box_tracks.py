"""Ids from boxes alone, beside those of other trackers: on real scenes and a benchmark of tracks.

    python tests/bench/box_tracks.py --scenes out/boxes
    python tests/bench/box_tracks.py --boxes out/set --trackbench ../shared/trackbench --set DIR

Scenes and boxes are those of tests/bench/box_scenes.py, other trackers' answers of the same boxes
those of tests/bench/box_rivals.py, or anybody's: SCENE/TRACKER/VARIANT.txt of MOTChallenge. Ours
are written beside them as SCENE/ours/VARIANT.txt.

What the tracker gets: no shape, the rest pose, and depth from the height of the box. Rows of the
benchmark are scored with the pose of the detection that they used.
"""

from __future__ import annotations

import argparse
import configparser
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from livemocap.coords import assumed_intrinsics
from livemocap.rotation import Array
from tracking import trackbench
from tracking.config import TrackingConfig
from tracking.evaluate.mot_files import mot_scenario
from tracking.evaluate.mot_text import MotRows, read_mot
from tracking.evaluate.scoring import Scored, figures, score, total
from tracking.trackbench import BoxTracker

HEIGHT_M = 1.7
"""Of everybody, standing."""
OURS = "ours"
FIGURES = ("HOTA", "AssA", "DetA", "IDF1", "switches", "fragments", "people", "tracks")
BENCH_FIGURES = ("HOTA", "AssA", "DetA", "IDF1", "IDSW", "Frag", "tracks")


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


def used(rows: Sequence[dict[str, Any]], boxes: Any) -> list[int]:
    """Which detection each row used."""
    return [int(np.abs(boxes.transl - row["transl"]).sum(1).argmin()) for row in rows]


@dataclass(frozen=True)
class Scene:
    """A folder of tests/bench/box_scenes.py."""

    folder: Path

    @property
    def variants(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "det").glob("*.txt"))

    @property
    def rivals(self) -> list[str]:
        """Who has answered."""
        told = {path.parent.name for path in self.folder.glob("*/*.txt")}
        return sorted(told - {"det", OURS})

    def track(self, variant: str, config: TrackingConfig) -> Path:
        """Ids of ours; the file of them."""
        found, tracker, K, fps = self._begin(variant, config)
        lines = []
        for k in range(1, int(found.frames.max(initial=0)) + 1):
            there = np.flatnonzero(found.frames == k)
            corners = found.boxes[there].astype(float)
            corners[:, 2:] += corners[:, :2]
            boxes = box_frame(k, k / fps, found.considered[there], corners, K)
            rows = tracker.update(boxes)
            for row, i in zip(rows, used(rows, boxes), strict=True):
                x, y, w, h = found.boxes[there[i]]
                lines.append(f"{k},{row['track_id']},{x},{y},{w},{h},1,-1,-1,-1\n")
        answer = self.folder / OURS / f"{variant}.txt"
        answer.parent.mkdir(exist_ok=True)
        answer.write_text("".join(lines))
        return answer

    def _begin(
        self, variant: str, config: TrackingConfig
    ) -> tuple[MotRows, BoxTracker, Array, float]:
        ini = configparser.ConfigParser()
        ini.read(self.folder / "seqinfo.ini")
        size = ini.getint("Sequence", "imWidth"), ini.getint("Sequence", "imHeight")
        K, fps = assumed_intrinsics(*size), ini.getfloat("Sequence", "frameRate")
        tracker = BoxTracker({"fps": fps, "K": K, "size": size}, config)
        return read_mot(self.folder / "det" / f"{variant}.txt"), tracker, K, fps

    def scored(self, variant: str, tracker: str) -> Scored:
        answer = self.folder / tracker / f"{variant}.txt"
        return score(mot_scenario(variant, answer, self.folder / "gt.txt"))


def on_scenes(folder: Path, config: TrackingConfig, only: tuple[str, ...], told: bool) -> None:
    """Prints a table: variants of which there are several seeds are one row, all clips one more."""
    pooled: dict[tuple[str, str], dict[str, list[Scored]]] = {}
    for path in sorted(folder.glob("*/seqinfo.ini")):
        scene = Scene(path.parent)
        for variant in scene.variants:
            if only and not variant.startswith(only):
                continue
            scene.track(variant, config)
            row = pooled.setdefault((scene.folder.name, variant.split("-")[0]), {})
            for tracker in (OURS, *scene.rivals):
                row.setdefault(tracker, []).append(scene.scored(variant, tracker))
    print("| scene | boxes | tracker | " + " | ".join(FIGURES) + " |")
    print("|" + "---|" * (3 + len(FIGURES)))
    for (scene_name, variant), row in pooled.items():
        for tracker, counts in row.items():
            if told or tracker == OURS:
                print(f"| {scene_name} | {variant} | {tracker} | {cells(counts)} |", flush=True)


def cells(counts: Sequence[Scored]) -> str:
    found, runs = figures(total(counts)), len(counts)
    summed = ("switches", "fragments", "people", "tracks")
    return " | ".join(f"{found[name] / (runs if name in summed else 1):.1f}" for name in FIGURES)


class FromBoxes:
    """A tracker for the benchmark whose door sees boxes only."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self._K, self._tracker = meta["K"], BoxTracker(meta)

    def update(self, frame: Any) -> list[dict[str, Any]]:
        boxes = box_frame(frame.k, frame.t, frame.score, frame.box, self._K)
        rows = self._tracker.update(boxes)
        ids = [row["track_id"] for row in rows]
        return [posed(frame, i, track) for i, track in zip(used(rows, boxes), ids, strict=True)]


class FromFile:
    """A tracker for the benchmark whose answers stand in a file; its boxes are those it used."""

    def __init__(self, answer: Path) -> None:
        self._rows = read_mot(answer)

    def update(self, frame: Any) -> list[dict[str, Any]]:
        there = self._rows.frames == frame.k + 1
        low = self._rows.boxes[there, :2]
        given = np.concatenate([low, low + self._rows.boxes[there, 2:]], 1)
        return [
            posed(frame, int(np.abs(frame.box - box).sum(1).argmin()), int(track))
            for box, track in zip(given, self._rows.ids[there], strict=True)
        ]


def posed(frame: Any, row: int, track: int) -> dict[str, Any]:
    names = ("rotvec", "transl", "betas", "joints")
    return {"track_id": track, **{name: getattr(frame, name)[row] for name in names}}


def on_benchmark(boxes: Path | None, bench: Path, folder: Path, only: tuple[str, ...]) -> None:
    sys.path.insert(0, str(bench.resolve()))
    judge, runner, core = (import_module(m) for m in ("evaluate", "run_tracker", "tbcore"))
    counts: dict[str, list[Any]] = {}
    for path in sorted(folder.glob("*.gt.npz")):
        name = path.name.removesuffix(".gt.npz")
        if only and not name.startswith(only):
            continue
        source, truth = str(folder / f"{name}.npz"), core.GroundTruth(str(path))
        scenario = core.Scenario(source)
        meta = {"fps": scenario.fps, "K": scenario.K, "size": scenario.size}
        trackers: dict[str, Any] = {OURS: FromBoxes(meta)}
        if boxes:
            for rival in Scene(boxes / name).rivals:
                trackers[rival] = FromFile(boxes / name / rival / "found.txt")
        for tracker, answers in trackers.items():
            rows = runner.run(scenario, answers)
            rows["time"] = rows["time_us"]
            counts.setdefault(tracker, []).append(judge.eval_scenario(source, truth, rows))
    print("| tracker | " + " | ".join(BENCH_FIGURES) + " |\n|" + "---|" * (1 + len(BENCH_FIGURES)))
    for tracker, found in counts.items():
        total = judge.summary(judge.merge(found))
        print(f"| {tracker} | " + " | ".join(f"{total[name]:.1f}" for name in BENCH_FIGURES) + " |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenes", type=Path)
    parser.add_argument("--boxes", type=Path, help="of the set, where others have answered, too")
    parser.add_argument("--trackbench", type=Path)
    parser.add_argument("--set", type=Path)
    parser.add_argument("--only", default="", help="variants, or scenarios of the set: a02,a03")
    parser.add_argument("--ours", action="store_true", help="no rows of others")
    parser.add_argument("--noise", default="", help="of boxes, as 0.1,0.12: m across, depth share")
    args = parser.parse_args()
    if args.noise:
        trackbench.BOX_LATERAL_M, trackbench.BOX_DEPTH = map(float, args.noise.split(","))
    only = tuple(filter(None, args.only.split(",")))
    if args.scenes:
        on_scenes(args.scenes, TrackingConfig(), only, not args.ours)
    if args.trackbench:
        on_benchmark(args.boxes, args.trackbench, args.set, only)


if __name__ == "__main__":
    main()
