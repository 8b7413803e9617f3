"""How good an engine's poses are, on clips whose motion is known exactly.

Runs the embedded default, or --engine, on the shipped clip and, with --shared DIR, on the
captured-motion clips of DIR/media, focal length assumed. Judged raw, and tracked as live. See
livemocap/cli/evaluate for what the numbers mean.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

import livemocap
from inference.engine import EngineImage, People, PoseEngine
from inference.registry import make_engine
from livemocap.cli.evaluate.estimates import from_poses, from_tracks
from livemocap.cli.evaluate.pose import PoseAccuracy, evaluate
from livemocap.cli.evaluate.table import table
from livemocap.cli.evaluate.truth import Truth
from livemocap.coords import assumed_intrinsics
from livemocap.messages import PoseFrame, TrackFrame
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

SAMPLE = Path(livemocap.__file__).parent / "sample" / "rendered_three_people.mp4"
CAPTURED = ("pair_dance", "four_captured")
SMOOTHED = "first 120 tracked"
WANTED = {
    "rendered_three_people": (0.92, {"mpjpe_mm": 81, "pa_mpjpe_mm": 47, "rotation_deg": 17.7}),
    "pair_dance": (0.89, {"mpjpe_mm": 98, "pa_mpjpe_mm": 76, "rotation_deg": 37}),
    "four_captured": (0.87, {"mpjpe_mm": 98, "pa_mpjpe_mm": 69, "rotation_deg": 27}),
    SMOOTHED: (
        0.0,
        {"mpjpe_mm": 86, "pa_mpjpe_mm": 55, "body_jitter_mm": 11.4, "root_jitter_mm": 7.0},
    ),
}
"""Recall at least; the rest at most."""


def images_of(clip: Path) -> Iterator[EngineImage]:
    video = cv2.VideoCapture(str(clip))
    fps = video.get(cv2.CAP_PROP_FPS)
    frame = 0
    while True:
        grabbed, bgr = video.read()
        if not grabbed:
            return
        height, width = bgr.shape[:2]
        yield EngineImage(
            camera_id=clip.stem,
            bgr=bgr.astype(np.uint8, copy=False),
            K=assumed_intrinsics(width, height).astype(np.float32),
            intrinsics_source="assumed",
            t_capture_ns=round(frame * 1e9 / fps),
        )
        frame += 1


def pose_frame(engine: PoseEngine, image: EngineImage, sequence: int, people: People) -> PoseFrame:
    height, width = image.bgr.shape[:2]
    return PoseFrame(
        camera_id=image.camera_id,
        sequence=sequence,
        t_capture_ns=image.t_capture_ns,
        t_grab_ns=image.t_capture_ns,
        width=width,
        height=height,
        engine=engine.name,
        body_model=engine.body_model,
        body_hash=engine.body_hash,
        keypoint_layout=engine.keypoint_layout,
        **{name: getattr(people, name) for name in People.__dataclass_fields__},
    )


def run(engine: PoseEngine, clip: Path) -> tuple[list[PoseFrame], float]:
    """The engine's answers to a clip, and CPU milliseconds a frame."""
    began = time.process_time()
    frames = [
        pose_frame(engine, image, sequence, engine.infer([image])[0])
        for sequence, image in enumerate(images_of(clip))
    ]
    return frames, (time.process_time() - began) * 1000 / len(frames)


def tracked(frames: list[PoseFrame]) -> list[TrackFrame]:
    """The same, smoothed as live."""
    tracker = Tracker(TrackingConfig())
    return [tracker.push(frame)[0] for frame in frames]


def views_of(clip: Path, frames: list[PoseFrame]) -> dict[str, PoseAccuracy]:
    """Raw and tracked; of the shipped clip also the first frames, where smoothing is judged."""
    truth = Truth.load(clip.with_name(f"{clip.stem}_gt.npz"))
    tracks = from_tracks(tracked(frames))
    views = {
        clip.stem: evaluate(from_poses(frames), truth),
        f"{clip.stem[:9]} tracked": evaluate(tracks, truth),
    }
    if clip == SAMPLE:
        views[SMOOTHED] = evaluate(tracks, truth, frames=120)
    return views


def misses(name: str, found: PoseAccuracy) -> list[str]:
    """What is worse than wanted, in words."""
    least_recall, most = WANTED[name]
    missed = [] if found.recall >= least_recall else [f"recall {found.recall:.3f}"]
    missed += [
        f"{field} {getattr(found, field):.1f} > {limit}"
        for field, limit in most.items()
        if not getattr(found, field) <= limit
    ]
    return [f"{name}: {text}" for text in missed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, help="folder with media/pair_dance.mp4 and others")
    parser.add_argument("--engine", default="landmarks", help="landmarks (default), lift, hmr")
    parser.add_argument("--quality", default="balanced", help="fast, balanced (default) or best")
    parser.add_argument("--clip", type=Path, action="append", default=[], help="more clips")
    args = parser.parse_args()
    clips = [SAMPLE]
    if args.shared:
        clips += [args.shared / "media" / f"{name}.mp4" for name in CAPTURED]
    views: dict[str, PoseAccuracy] = {}
    for clip in clips + args.clip:
        engine = make_engine(args.engine, quality=args.quality)
        frames, cpu_ms = run(engine, clip)
        engine.close()
        print(f"{clip.stem}: {cpu_ms:.0f} CPU ms a frame", file=sys.stderr)
        views |= views_of(clip, frames)
    missed = [text for name in WANTED.keys() & views.keys() for text in misses(name, views[name])]
    print(table(views))
    print("\n".join(["", "worse than wanted:", *missed] if missed else ["", "all as wanted"]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
