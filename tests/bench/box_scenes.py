"""Boxes of people for trackers that see nothing else, laid out as MOTChallenge does.

    pip download --no-deps motmetrics==1.4.0
    unzip motmetrics-1.4.0-py3-none-any.whl -d out/motmetrics
    python tests/bench/box_scenes.py out/boxes --motmetrics out/motmetrics/motmetrics/data
    python tests/bench/box_scenes.py out/boxes --takes out/clips
    python tests/bench/box_scenes.py out/boxes --trackbench ../shared/trackbench --set DIR

Writes OUT/SCENE/det/VARIANT.txt, gt.txt and seqinfo.ini; tests/bench/box_rivals.py and
tests/bench/box_tracks.py go on from there. Ids in det are running numbers. Variants of the truth:
as it is; of an ordinary detector (`noisy`); of one that loses people behind others (`hidden`).
Takes are those of tests/bench/real_tracks.py: boxes and scores of the real detector, and for truth
the ids that a bake gave with poses, shapes and looks, which are right but for what is told there.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array
from livemocap.take import TakeReader
from tracking.config import TrackingConfig
from tracking.evaluate.mot_text import MotRows, read_mot
from tracking.tracker import Tracker

SEEDS = 5
MISSED = (0.1, 0.2, 0.3)
"""Shares of people that `noisy` detectors miss."""
JITTER = 0.03
"""Standard deviation of each edge, of a box's width and height."""
FALSE_BOXES = 0.3
"""False boxes in an image, on average."""
TRUE_SCORE, SCORE_SPREAD = 0.85, 0.05
FALSE_SCORES = 0.2, 0.7
HIDDEN_LEAST, HIDDEN_MOST = 0.25, 0.55
"""`hidden` detectors see nobody of whom less than the first share is visible, everybody of whom
more than the second is, and the more the oftener of those in between."""

STREETS = {"TUD-Campus": (640, 480), "TUD-Stadtmitte": (640, 480)}
STREET_FPS = 25.0
ALONE = ("hands_sign_language", "one_by_one_enter_leave")
"""Clips that never show two people at once."""


class Scene:
    """A folder of one scene.

    Args:
        size: width, height px.
    """

    def __init__(self, folder: Path, size: tuple[int, int], fps: float) -> None:
        self._folder = folder
        (folder / "det").mkdir(parents=True, exist_ok=True)
        (folder / "seqinfo.ini").write_text(
            f"[Sequence]\nname={folder.name}\nframeRate={fps:g}\n"
            f"imWidth={size[0]}\nimHeight={size[1]}\n"
        )

    def detections(self, variant: str, frames: Array, boxes: Array, scores: Array) -> None:
        """Of N boxes, (N, 4) left, top, width, height."""
        self._write(f"det/{variant}.txt", frames, np.arange(1, len(frames) + 1), boxes, scores)

    def truth(self, frames: Array, ids: Array, boxes: Array) -> None:
        self._write("gt.txt", frames, ids, boxes, np.ones(len(frames)))

    def _write(self, name: str, frames: Array, ids: Array, boxes: Array, scores: Array) -> None:
        with (self._folder / name).open("w") as file:
            for k, i, (x, y, w, h), score in zip(frames, ids, boxes, scores, strict=True):
                line = f"{x:.2f},{y:.2f},{w:.2f},{h:.2f},{score:.3f}"
                file.write(f"{k},{i},{line},-1,-1,-1\n")


def variants(scene: Scene, true: MotRows) -> None:
    """The truth as detectors of different quality would see it."""
    ones = np.ones(len(true.frames))
    scene.detections("true", true.frames, true.boxes, TRUE_SCORE * ones)
    visible = visibility(true)
    for seed in range(SEEDS):
        for missed in MISSED:
            rng = np.random.default_rng([seed, round(100 * missed)])
            seen = rng.random(len(ones)) >= missed
            degraded(scene, f"noisy{100 * missed:.0f}-{seed}", true, seen, ones, rng)
        rng = np.random.default_rng([seed, 1])
        threshold = HIDDEN_LEAST + (HIDDEN_MOST - HIDDEN_LEAST) * rng.random(len(ones))
        degraded(scene, f"hidden-{seed}", true, visible > threshold, visible, rng)


def degraded(
    scene: Scene, name: str, true: MotRows, seen: Array, sure: Array, rng: np.random.Generator
) -> None:
    """Those who are `seen` (N,), with jitter, scores by `sure` (N,), and false boxes."""
    sides = true.boxes[:, 2:]
    moved = JITTER * rng.standard_normal((2, *sides.shape)) * sides
    boxes = np.concatenate([true.boxes[:, :2] + moved[0], sides + moved[1] - moved[0]], 1)
    spread = SCORE_SPREAD * rng.standard_normal(len(sides))
    scores = np.clip(TRUE_SCORE * np.sqrt(sure) + spread, 0.05, 1)
    false = rng.poisson(FALSE_BOXES * true.frames.max())
    like = true.boxes[rng.integers(0, len(sides), false)]
    low, high = true.boxes[:, :2].min(0), true.boxes[:, :2].max(0)
    like[:, :2] = low + (high - low) * rng.random((false, 2))
    frames = np.append(true.frames[seen], rng.integers(1, true.frames.max() + 1, false))
    scores = np.append(scores[seen], rng.uniform(*FALSE_SCORES, false))
    order = frames.argsort(kind="stable")
    scene.detections(name, frames[order], np.append(boxes[seen], like, 0)[order], scores[order])


def visibility(true: MotRows) -> Array:
    """(N,) the share of each box that whoever hides most of it leaves: those with lower feet."""
    visible = np.ones(len(true.frames))
    for k in np.unique(true.frames):
        rows = (true.frames == k).nonzero()[0]
        low, sides = true.boxes[rows, :2], true.boxes[rows, 2:]
        high = low + sides
        common = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
        hidden = np.maximum(common, 0).prod(2) / sides.prod(1)[:, None]
        hidden *= high[None, :, 1] > high[:, None, 1]
        visible[rows] = np.maximum(1 - hidden.max(1), 0)
    return visible


def streets(out: Path, data: Path) -> None:
    for name, size in STREETS.items():
        scene = Scene(out / name, size, STREET_FPS)
        true, found = (read_street(data / name / f"{kind}.txt") for kind in ("gt", "test"))
        scene.truth(true.frames, true.ids, true.boxes)
        variants(scene, true)
        scores = np.full(len(found.frames), TRUE_SCORE)
        scene.detections("found", found.frames, found.boxes, scores)


def read_street(path: Path) -> MotRows:
    """Without places in the world, which stand where others have a class."""
    rows = read_mot(path)
    order = rows.frames.argsort(kind="stable")
    frames, ids, boxes = rows.frames[order], rows.ids[order], rows.boxes[order]
    ones = np.ones(len(frames))
    return MotRows(
        frames=frames, ids=ids, boxes=boxes, considered=ones, classes=-ones, visible=ones
    )


def clips(out: Path, takes: Path) -> None:
    for take in sorted(takes.glob("*/take.mcap")):
        if take.parent.name in ALONE:
            continue
        messages = (m for _, m in TakeReader(take).messages(["pose"]))
        poses = [m for m in messages if isinstance(m, PoseFrame)]
        clip(out / take.parent.name, poses)


def clip(folder: Path, poses: list[PoseFrame]) -> None:
    times = np.array([pose.t_capture_ns for pose in poses]) * 1e-9
    scene = Scene(folder, (poses[0].width, poses[0].height), 1 / float(np.median(np.diff(times))))
    found = [pose.boxes_px.astype(float) for pose in poses]
    counts = np.array([len(boxes) for boxes in found])
    frames, boxes = np.repeat(np.arange(1, len(poses) + 1), counts), np.concatenate(found)
    boxes[:, 2:] -= boxes[:, :2]
    scene.detections("found", frames, boxes, np.concatenate([pose.scores for pose in poses]))
    first = np.append(0, counts.cumsum())
    tracker = Tracker(TrackingConfig(mode="bake"))
    tracked = [done for pose in poses for done in tracker.push(pose)] + tracker.flush()
    used = [t.detections[t.detections >= 0] + first[k] for k, t in enumerate(tracked)]
    ids = np.concatenate([t.track_ids[t.detections >= 0] for t in tracked])
    scene.truth(frames[np.concatenate(used)], ids, boxes[np.concatenate(used)])


def benchmark(out: Path, bench: Path, folder: Path) -> None:
    """Boxes of a set of the benchmark; frame 1 is its first."""
    sys.path.insert(0, str(bench.resolve()))
    core = import_module("tbcore")
    for truth in sorted(folder.glob("*.gt.npz")):
        name = truth.name.removesuffix(".gt.npz")
        source = core.Scenario(str(folder / f"{name}.npz"))
        seen = list(source.frames())
        scene = Scene(out / name, (int(source.size[0]), int(source.size[1])), source.fps)
        counts = [len(frame.score) for frame in seen]
        frames = np.repeat([frame.k + 1 for frame in seen], counts)
        boxes = np.concatenate([np.reshape(frame.box, (-1, 4)) for frame in seen]).astype(float)
        boxes[:, 2:] -= boxes[:, :2]
        scores = np.concatenate([frame.score for frame in seen])
        scene.detections("found", frames, boxes, scores)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--motmetrics", type=Path, help="its folder `data`")
    parser.add_argument("--takes", type=Path)
    parser.add_argument("--trackbench", type=Path)
    parser.add_argument("--set", type=Path)
    args = parser.parse_args()
    if args.motmetrics:
        streets(args.out, args.motmetrics)
    if args.takes:
        clips(args.out, args.takes)
    if args.trackbench:
        benchmark(args.out, args.trackbench, args.set)


if __name__ == "__main__":
    main()
