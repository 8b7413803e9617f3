"""How long an export from Blender takes, its check included, and how long the interface stands
still for it: ten minutes of one person. The first tick copies all keys.

python tests/bench/blender_export_speed.py [--frames 18000]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.bake_speed import write_take
from blender_process import run_blender

_EXPORT = """
import resource, sys, time
from fractions import Fraction
from pathlib import Path
import bpy
from blender_addon.export import exporting
from blender_addon.export.baked import keyed_span
from blender_addon.export.job import FilePlan
from blender_addon.export.plan import FrameRange, PRESETS
from blender_addon.takes.bake import Bake, BakeOptions

folder = Path(sys.argv[1])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps = 30
bake = Bake(BakeOptions(take=folder / "take.mcap"))
while not bake.step(1.0):
    pass
name = "take person 1"
first, last = keyed_span(bpy.data.objects[name])
for preset in ("MAYA", "BVH"):
    form = PRESETS[preset]
    path = folder / f"take.{form.kind}"
    frames = FrameRange(first=first, last=last, scene_fps=Fraction(30), fps=Fraction(30))
    wall, cpu, steps = time.perf_counter(), time.process_time(), []
    exporting.start([FilePlan(armature=name, path=path, form=form, frames=frames, take="take")])
    while exporting.current() is not None:
        begun, worked = time.perf_counter(), time.process_time()
        exporting.tick(0.05)
        steps.append((time.perf_counter() - begun, time.process_time() - worked))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    (first, copying), later = steps[0], steps[1:]
    walls, cpus = sorted(each[0] for each in later), sorted(each[1] for each in later)
    print(f"{form.kind:<6} {wall:8.1f} {cpu:8.1f} {1000 * first:9.0f} {1000 * copying:9.0f}"
          f" {1000 * walls[len(walls) // 2]:9.0f} {1000 * walls[-1]:9.0f} {1000 * cpus[-1]:9.0f}"
          f" {path.stat().st_size / 1e6:8.1f}  {exporting.note()[0]}", flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=18_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_take(Path(name) / "take.mcap", args.frames, 1)
        ticks = f"{'first ms':>9} {'its CPU':>9} {'later p50':>9} {'worst':>9} {'worst CPU':>9}"
        print(f"{'file':<6} {'wall s':>8} {'CPU s':>8} {ticks} {'MB':>8}")
        print(run_blender(_EXPORT, name, timeout_s=900), end="")


if __name__ == "__main__":
    main()
