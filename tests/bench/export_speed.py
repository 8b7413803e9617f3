"""How long export takes: ten minutes of one person at 30 fps.

python tests/bench/export_speed.py [--frames 18000] [--short 600] [--skip-blender]

The last rows are of a short take, by us and by Blender's exporter (which needs bpy), and how many
times faster ours is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion import smooth_motion, smooth_tracks

from retarget.bvh import read_bvh, write_bvh
from retarget.fbx.person import fbx_person, write_person
from retarget.fbx.rig_copy import write_rig_copy
from retarget.motion import PersonMotion, motions_from_tracks, resample

FPS = Fraction(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--short", type=int, default=600, help="frames of the short take")
    parser.add_argument("--skip-blender", action="store_true")
    args = parser.parse_args()
    tracks = smooth_tracks(args.frames, people=(1,))
    motion = smooth_motion(args.frames)
    with tempfile.TemporaryDirectory() as folder:
        bvh, fbx = Path(folder) / "a.bvh", Path(folder) / "a.fbx"
        print(f"{args.frames} frames, {os.cpu_count()} cores")
        print(f"{'step':<30} {'wall s':>8} {'CPU s':>8}")
        row("tracks to motion", lambda: motions_from_tracks(tracks))
        row("resample to 23.976", lambda: resample(motion, Fraction(24000, 1001)))
        row("write BVH", lambda: write_bvh(motion, FPS, bvh), bvh)
        row("read BVH", lambda: read_bvh(bvh))
        row("write FBX", lambda: write_person(motion, FPS, fbx), fbx)
        row("write FBX, a character copied", lambda: copy_character(motion, fbx))
        row("write FBX, 10 people", lambda: [write_person(motion, FPS, fbx) for _ in range(10)])
        if not args.skip_blender:
            against_blender(args.short, Path(folder))


def copy_character(motion: PersonMotion, character: Path) -> None:
    """A file of 55 bones without mesh, with another animation."""
    write_rig_copy(character, character.with_name("copy.fbx"), *fbx_person(motion), FPS)


def against_blender(frames: int, folder: Path) -> None:
    """Three times in turn; the fastest of each counts."""
    motion, ours, theirs = smooth_motion(frames), [], []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        write_person(motion, FPS, folder / "short.fbx")
        ours.append((time.perf_counter() - wall, time.process_time() - cpu))
        theirs.append(blender_exports(folder / "short.fbx", folder / "blender.fbx"))
    for title, times in (("FBX", ours), ("FBX by Blender", theirs)):
        print(f"{f'write {title}, {frames} frames':<30} {min(times)[0]:8.2f} {min(times)[1]:8.2f}")
    print(f"{'times faster':<30} {min(theirs)[0] / min(ours)[0]:8.1f}")


def blender_exports(source: Path, target: Path) -> tuple[float, float]:
    """(wall, CPU) seconds."""
    script = Path(__file__).with_name("blender_fbx_export.py")
    command = [sys.executable, str(script), str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("took "))
    wall, cpu = (float(number) for number in line.split()[1:])
    return wall, cpu


def row(title: str, work: Callable[[], object], written: Path | None = None) -> None:
    """Time `work` once and print a line."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = f"  {written.stat().st_size / 1e6:.0f} MB" if written else ""
    print(f"{title:<30} {wall:8.2f} {cpu:8.2f}{size}", flush=True)


if __name__ == "__main__":
    main()
