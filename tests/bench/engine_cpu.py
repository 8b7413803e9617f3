"""CPU time of the embedded engine per image, against that of the nets it runs.

    python tests/bench/engine_cpu.py --shared ../shared

What is measured: CPU time of the process over whole `infer` calls, and within them the thread
CPU time of every onnxruntime `session.run`. Their ratio says what everything around the nets
costs, on any machine and under any load.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import onnxruntime

from inference.engine import EngineImage
from inference.registry import make_engine
from livemocap.coords import assumed_intrinsics

CLIPS = ("hands_sign_language", "two_dance_crossing", "four_seated_classroom")


@dataclass
class Clock:
    """Thread CPU seconds spent in `session.run`."""

    seconds: float = 0.0
    calls: int = 0
    per_image: list[tuple[float, float]] = field(default_factory=list)
    """(whole infer, nets within it), s."""


@contextmanager
def nets_timed() -> Iterator[Clock]:
    clock, run = Clock(), onnxruntime.InferenceSession.run

    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        start = time.thread_time()
        try:
            return run(self, *args, **kwargs)
        finally:
            clock.seconds += time.thread_time() - start
            clock.calls += 1

    onnxruntime.InferenceSession.run = timed
    try:
        yield clock
    finally:
        onnxruntime.InferenceSession.run = run


def images_of(path: Path, limit: int) -> list[EngineImage]:
    video = cv2.VideoCapture(str(path))
    fps = video.get(cv2.CAP_PROP_FPS)
    images: list[EngineImage] = []
    while len(images) < limit:
        good, bgr = video.read()
        if not good:
            break
        height, width = bgr.shape[:2]
        images.append(
            EngineImage(
                camera_id=path.stem,
                bgr=bgr,
                K=assumed_intrinsics(width, height).astype("float32"),
                intrinsics_source="assumed",
                t_capture_ns=round((1 + len(images) / fps) * 1e9),
            )
        )
    return images


def measure(images: list[EngineImage], quality: str) -> tuple[Clock, float]:
    """The clock, and people per image."""
    engine = make_engine("landmarks", quality=quality, device="cpu", threads=1)
    engine.infer(images[:1])
    engine.reset(images[0].camera_id)
    people = 0
    with nets_timed() as clock:
        for image in images:
            nets, start = clock.seconds, time.process_time()
            people += len(engine.infer([image])[0].scores)
            clock.per_image.append((time.process_time() - start, clock.seconds - nets))
    engine.close()
    return clock, people / len(images)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with media/")
    parser.add_argument("--clips", nargs="+", default=CLIPS)
    parser.add_argument("--images", type=int, default=60, help="of each clip")
    parser.add_argument("--quality", default="balanced")
    args = parser.parse_args()
    print("| clip | people | CPU ms an image | of it nets | calls | ratio | median ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for clip in args.clips:
        images = images_of(args.shared / "media" / f"{clip}.mp4", args.images)
        clock, people = measure(images, args.quality)
        whole = sum(w for w, _ in clock.per_image)
        median = statistics.median(w / n for w, n in clock.per_image)
        n = len(images)
        print(
            f"| {clip} | {people:.2f} | {whole / n * 1e3:.1f} | {clock.seconds / n * 1e3:.1f} "
            f"| {clock.calls / n:.1f} | {whole / clock.seconds:.2f} | {median:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
