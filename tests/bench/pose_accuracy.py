"""How good the embedded default's poses are, on clips whose motion is known exactly.

Runs the engine on the shipped clip and, with --shared DIR, on the captured-motion clips of
DIR/media, raw: no tracker, no smoothing, focal length assumed. See livemocap/cli/evaluate for
what the numbers mean.
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
from inference.landmarks.engine import LandmarksEngine
from livemocap.cli.evaluate.estimates import from_poses
from livemocap.cli.evaluate.pose import PoseAccuracy, evaluate
from livemocap.cli.evaluate.table import table
from livemocap.cli.evaluate.truth import Truth
from livemocap.coords import assumed_intrinsics
from livemocap.messages import PoseFrame

SAMPLE = Path(livemocap.__file__).parent / "sample" / "rendered_three_people.mp4"
CAPTURED = ("pair_dance", "four_captured")
WANTED = {
    "rendered_three_people": (0.92, 81, 47, 17.7),
    "pair_dance": (0.89, 98, 76, 37),
    "four_captured": (0.87, 98, 69, 27),
}
"""Recall at least; MPJPE and PA-MPJPE, mm, and rotation error, degrees, at most."""


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


def run(engine: PoseEngine, clip: Path) -> tuple[PoseAccuracy, float]:
    """The clip's accuracy, and CPU milliseconds a frame."""
    truth = Truth.load(clip.with_name(f"{clip.stem}_gt.npz"))
    began = time.process_time()
    frames = [
        pose_frame(engine, image, sequence, engine.infer([image])[0])
        for sequence, image in enumerate(images_of(clip))
    ]
    cpu_ms = (time.process_time() - began) * 1000 / len(frames)
    return evaluate(from_poses(frames), truth), cpu_ms


def misses(name: str, found: PoseAccuracy) -> list[str]:
    recall, mpjpe, pa, rotation = WANTED[name]
    checks = {
        f"recall {found.recall:.3f} < {recall}": found.recall < recall,
        f"MPJPE {found.mpjpe_mm:.1f} > {mpjpe}": found.mpjpe_mm > mpjpe,
        f"PA-MPJPE {found.pa_mpjpe_mm:.1f} > {pa}": found.pa_mpjpe_mm > pa,
        f"rotation {found.rotation_deg:.1f} > {rotation}": found.rotation_deg > rotation,
    }
    return [f"{name}: {text}" for text, missed in checks.items() if missed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, help="folder with media/pair_dance.mp4 and others")
    parser.add_argument("--quality", default="balanced", help="fast, balanced (default) or best")
    parser.add_argument("--clip", type=Path, action="append", default=[], help="more clips")
    args = parser.parse_args()
    clips = [SAMPLE]
    if args.shared:
        clips += [args.shared / "media" / f"{name}.mp4" for name in CAPTURED]
    views, missed = {}, []
    for clip in clips + args.clip:
        engine = LandmarksEngine.load(quality=args.quality)
        views[clip.stem], cpu_ms = run(engine, clip)
        engine.close()
        print(f"{clip.stem}: {cpu_ms:.0f} CPU ms a frame", file=sys.stderr)
        if clip.stem in WANTED:
            missed += misses(clip.stem, views[clip.stem])
    print(table(views))
    print("\n".join(["", "worse than wanted:", *missed] if missed else ["", "all as wanted"]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
