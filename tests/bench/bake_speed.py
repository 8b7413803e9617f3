"""How long baking a take in Blender takes, and what memory: ten minutes at 30 frames a second.

python tests/bench/bake_speed.py [--frames 18000] [--people 1] [--rig mixamo]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from blender_process import run_blender
from motion import smooth_tracks
from rigs_made import NAMINGS, made_rig

from livemocap.take_writer import TakeWriter
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures

_PIECE = 600
"""Frames that are made up at once, over and over: their joints fill memory."""

_BAKE = """
import resource, sys, time
from pathlib import Path
import bpy
import numpy as np
from blender_addon.takes.bake import Bake, BakeOptions
from blender_rigs import build_armature
from retarget.rigs.armature_file import load_armatures

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

folder, people, rigged = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] != "new"
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.context.scene.render.fps = 30
names = ()
if rigged:
    skeleton = load_armatures(folder / "rig.npz")[0].skeleton
    names = tuple(build_armature(f"rig{n}", skeleton, np.eye(4)).name for n in range(people))
    bpy.context.view_layer.update()
bake = Bake(BakeOptions(take=folder / "take.mcap", characters=names))
before, wall, cpu = peak_mb(), time.perf_counter(), time.process_time()
steps, stages, done = [], {}, False
while not done:
    started = time.perf_counter()
    done = bake.step(0.03)
    steps.append(time.perf_counter() - started)
    if bake.progress >= 0.2:
        stages.setdefault("read", time.process_time() - cpu)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
keys = 0
for curve in bpy.data.actions[0].layers[0].strips[0].channelbags[0].fcurves:
    keys += len(curve.keyframe_points)
print(f"{sys.argv[3]:<10} {people:6} {wall:8.2f} {cpu:8.2f} {stages['read']:10.2f}"
      f" {1000 * np.percentile(steps, 95):9.0f} {1000 * max(steps):9.0f}"
      f" {(peak_mb() - before) / people:13.0f} {keys / 1e6:13.2f}", flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--rig", choices=["new", *NAMINGS], default="new")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_take(folder / "take.mcap", args.frames, args.people) / 1e6
        if args.rig != "new":
            rig = Armature(name="rig", skeleton=made_rig(args.rig).skeleton)
            save_armatures(folder / "rig.npz", [rig])
        print(f"{args.frames} frames, take of {size:.0f} MB")
        print(
            f"{'rig':<10} {'people':>6} {'wall s':>8} {'CPU s':>8} {'of it read':>10}"
            f" {'step p95':>9} {'worst ms':>9} {'MB an actor':>13} {'M keys each':>13}"
        )
        print(run_blender(_BAKE, name, str(args.people), args.rig, timeout_s=900), end="")


def write_take(path: Path, frames: int, people: int) -> int:
    """Everybody moves all the time; returns the size in bytes."""
    piece = smooth_tracks(min(_PIECE, frames), people=tuple(range(1, people + 1)))
    writer = TakeWriter(path)
    for k in range(frames):
        t_ns = round(k * 1e9 / 30)
        writer.write("track", replace(piece[k % len(piece)], sequence=k, t_capture_ns=t_ns))
    return writer.close().stat().st_size


if __name__ == "__main__":
    main()
