# ruff: noqa: E402 - how Blender's Python differs has to be said before anything is imported
"""CPU time of the add-on's main thread per frame: decode, tick, and Blender's own evaluation.

Run it where bpy is: `python tests/bench/blender_tick.py`; with `--rigs` everybody moves a character
of 55 driven bones instead of their stand-in. Frames come from a real publisher in
this process; decoding happens on the receiver's thread in life and is measured apart.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.modules["msgpack"] = None  # type: ignore[assignment]  # Blender has none

import bpy
from rigs_in_blender import add_rig, assign
from track_stream import frame_at

import blender_addon
from blender_addon.stream import live
from livemocap import wire
from livemocap.bus import TRACK, Publisher


def cpu_ms(work: Callable[[], object]) -> float:
    started_ns = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - started_ns) / 1e6


def set_stage(people: int, rigs: bool) -> None:
    """An empty scene, or one with a character for everybody."""
    bpy.ops.wm.read_homefile(use_empty=True)
    for person in range(1, people + 1 if rigs else 1):
        made = add_rig(f"Rig {person}", naming="ue4", rest="A", axes="random", extras=_EXTRAS)
        assign(f"Rig {person}", person, foot_lock=1.0)
    if rigs:
        print(f"{len(made.skeleton.names)} bones a rig, {len(made.bones)} joints", file=sys.stderr)


_EXTRAS = ("root", "twist", "ik")


def measure(people: int, frames: int) -> dict[str, list[float]]:
    """CPU ms of each frame, by what it was spent on."""
    spent: dict[str, list[float]] = {"decode": [], "tick": [], "evaluate": []}
    with Publisher("tcp://127.0.0.1:0") as publisher:
        live.connect(publisher.endpoint)
        connection = live.current()
        assert connection is not None
        publisher.wait_for_subscribers(1, 5.0)
        for sequence in range(frames):
            frame = frame_at(0 if sequence < 5 else sequence % 50, people)
            parts = [bytes(part) for part in wire.encode(frame)]
            publisher.send(TRACK, frame)
            while connection.receiver.status().frames <= sequence:
                time.sleep(0.0005)
            spent["decode"].append(cpu_ms(lambda parts=parts: wire.decode(parts)))
            spent["tick"].append(cpu_ms(lambda: live.tick(time.monotonic())))
            spent["evaluate"].append(cpu_ms(bpy.context.view_layer.update))
        live.disconnect()
    return {name: times[10:] for name, times in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 2, 5, 10])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--rigs", action="store_true", help="with a character for everybody")
    args = parser.parse_args()
    blender_addon.register()
    print(f"Blender {bpy.app.version_string}, NumPy {np.__version__}; CPU ms a frame, p50 / p95")
    print(f"{'people':>6}  {'decode':>13}  {'tick':>13}  {'evaluate':>13}  {'decode + tick':>14}")
    for people in args.people:
        set_stage(people, args.rigs)
        spent = measure(people, args.frames)
        ours = np.add(spent["decode"], spent["tick"])
        columns = [np.percentile(times, (50, 95)) for times in (*spent.values(), ours)]
        print(f"{people:>6}  " + "  ".join(f"{a:6.2f} /{b:5.2f}" for a, b in columns), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
