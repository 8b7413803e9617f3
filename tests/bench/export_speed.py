"""How long export takes: ten minutes of one person at 30 fps.

python tests/bench/export_speed.py [--frames 18000] [--skip-fbx]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion import smooth_motion, smooth_tracks

from retarget.bvh import read_bvh, write_bvh
from retarget.export import write_fbx
from retarget.motion import motions_from_tracks, resample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--skip-fbx", action="store_true")
    args = parser.parse_args()
    fps = Fraction(30)
    tracks = smooth_tracks(args.frames, people=(1,))
    motion = smooth_motion(args.frames)
    with tempfile.TemporaryDirectory() as folder:
        bvh, fbx = Path(folder) / "a.bvh", Path(folder) / "a.fbx"
        print(f"{args.frames} frames, {os.cpu_count()} cores")
        print(f"{'step':<24} {'wall s':>8} {'CPU s':>8}")
        row("tracks to motion", lambda: motions_from_tracks(tracks))
        row("resample to 23.976", lambda: resample(motion, Fraction(24000, 1001)))
        row("write BVH", lambda: write_bvh(motion, fps, bvh), bvh)
        row("read BVH", lambda: read_bvh(bvh))
        if not args.skip_fbx:
            row("write FBX (own process)", lambda: write_fbx([motion], fps, [fbx]), fbx)


def row(title: str, work: Callable[[], object], written: Path | None = None) -> None:
    """Time `work` once and print a line, children's CPU time included."""
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    work()
    wall, cpu = time.perf_counter() - wall, sum(os.times()[:4]) - cpu
    size = f"  {written.stat().st_size / 1e6:.0f} MB" if written else ""
    print(f"{title:<24} {wall:8.2f} {cpu:8.2f}{size}", flush=True)


if __name__ == "__main__":
    main()
