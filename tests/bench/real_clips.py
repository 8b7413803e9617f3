"""People per image and ids of the embedded engine on real clips, beside the first prototype's.

    python tests/bench/real_clips.py --shared ../shared [--overlays DIR] [CLIP ...]

Counts are the engine's own, before tracking. Cuts are found as capture finds them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from capture.changes import ChangeDetector
from inference.engine import EngineImage, People
from inference.registry import make_engine
from livemocap.coords import assumed_intrinsics
from livemocap.skeleton import BLAZEPOSE33


@dataclass(frozen=True)
class Expected:
    """What the clip shows, and what the prototype found in it."""

    people: str
    prototype_people: float | None
    prototype_ids: int
    quality: str = "balanced"


CLIPS = {
    "two_walk_to_camera": Expected("2", 2.00, 2),
    "four_seated_classroom": Expected("4", 4.00, 4),
    "two_handover_portrait": Expected("2", 2.00, 2),
    "hands_sign_language": Expected("1 at a time, 3 persons, 3 cuts", 1.00, 1),
    "two_dance_crossing": Expected("2", 1.88, 2),
    "two_boxing_rotate": Expected("2", 1.96, 2),
    "three_exercise_sync": Expected("3", 3.00, 3),
    "three_store_occluded": Expected("2, then 3", 1.81, 3),
    "one_by_one_enter_leave": Expected("0-1, two visits", None, 2),
    "six_pedestrians_far": Expected("2-7", 3.90, 7, "best"),
}
_LIMBS = [
    (BLAZEPOSE33.index(f"{side}_{a}"), BLAZEPOSE33.index(f"{side}_{b}"))
    for side in ("left", "right")
    for a, b in (
        *(("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip")),
        *(("hip", "knee"), ("knee", "ankle"), ("ankle", "foot_index")),
    )
]
_COLOURS = [(66, 133, 244), (52, 168, 83), (250, 120, 20), (219, 68, 200), (0, 190, 220)]


def images_of(path: Path) -> Iterator[EngineImage]:
    video, changes = cv2.VideoCapture(str(path)), ChangeDetector()
    fps, k = video.get(cv2.CAP_PROP_FPS), 0
    while True:
        good, bgr = video.read()
        if not good:
            return
        height, width = bgr.shape[:2]
        yield EngineImage(
            camera_id=path.stem,
            bgr=bgr,
            K=assumed_intrinsics(width, height).astype(np.float32),
            intrinsics_source="assumed",
            t_capture_ns=round((1 + k / fps) * 1e9),
            cut=changes.step(bgr).cut,
        )
        k += 1


def overlay(bgr: np.ndarray, people: People) -> np.ndarray:
    """The image, 480 px high, with a skeleton and an id for everybody."""
    scale = 480 / bgr.shape[0]
    drawn = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for points, engine_id in zip(people.keypoints_px, people.engine_ids.tolist(), strict=True):
        colour = _COLOURS[engine_id % len(_COLOURS)]
        places = (points[:, :2] * scale).astype(int).tolist()
        for a, b in _LIMBS:
            if min(points[a, 2], points[b, 2]) > 0.35:
                cv2.line(drawn, places[a], places[b], colour, 2, cv2.LINE_AA)
        cv2.putText(drawn, str(engine_id), places[0], 0, 0.7, colour, 2, cv2.LINE_AA)
    return drawn


def look_at(path: Path, expected: Expected, overlays: Path | None) -> str:
    """One row of the table."""
    engine = make_engine("landmarks", quality=expected.quality, device="cpu", threads=1)
    counts, ids, pictures, cpu_s = [], set[int](), [], 0.0
    for image in images_of(path):
        start = time.process_time()
        (people,) = engine.infer([image])
        cpu_s += time.process_time() - start
        counts.append(len(people.scores))
        ids |= set(people.engine_ids.tolist())
        if overlays is not None:
            pictures.append(overlay(image.bgr, people))
    engine.close()
    if overlays is not None:
        chosen = np.linspace(0, len(pictures) - 1, 10).astype(int)[1:-1]
        rows = [np.hstack([pictures[k] for k in half]) for half in np.split(chosen, 2)]
        cv2.imwrite(str(overlays / f"{path.stem}.png"), np.vstack(rows))
    before = "-" if expected.prototype_people is None else f"{expected.prototype_people:.2f}"
    return (
        f"| {path.stem} | {len(counts)} | {expected.people} | {np.mean(counts):.2f} | {before} "
        f"| {len(ids)} | {expected.prototype_ids} | {cpu_s / len(counts) * 1e3:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", default=[*CLIPS])
    parser.add_argument("--shared", type=Path, required=True, help="folder with media/")
    parser.add_argument("--overlays", type=Path, help="folder for a PNG of each clip")
    args = parser.parse_args()
    if args.overlays:
        args.overlays.mkdir(parents=True, exist_ok=True)
    print("| clip | images | shown | people an image | prototype | ids | prototype | CPU ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for clip in args.clips:
        path = args.shared / "media" / f"{clip}.mp4"
        print(look_at(path, CLIPS[clip], args.overlays), flush=True)


if __name__ == "__main__":
    main()
