# ruff: noqa: E402 - how Blender's Python differs has to be said before anything is imported
"""CPU time of the add-on per frame: of Blender's thread, of its own, and of Blender's evaluation.

Run it where bpy is: `python tests/bench/blender_tick.py`; with `--rigs` everybody moves a character
of 52 joints instead of their stand-in, feet held. Frames come from a real publisher in this
process. `tick` is all that Blender's thread has to do; `thread` is what the receiver's own thread
does for the same frame: read it, decode it, and retarget everybody. Decoding is measured once more
apart, as if Blender's thread did it. Beside it, in the same run, what scripts mostly do: poses set
bone by bone, and keys set by `keyframe_insert`.

Processor time grows as well when others work on the same cores: the least of all frames says most
about a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.modules["msgpack"] = None  # type: ignore[assignment]  # Blender has none

import bpy
from mathutils import Quaternion
from rigs_in_blender import add_rig, assign
from track_stream import frame_at

import blender_addon
from blender_addon.armatures.armature import pose_bones
from blender_addon.stream import live
from livemocap import wire
from livemocap.bus import TRACK, Publisher


def cpu_ms(work: Callable[[], object]) -> float:
    started_ns = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - started_ns) / 1e6


def receiver_ms() -> float:
    """CPU time of the receiver's thread so far."""
    (ident,) = (t.ident for t in threading.enumerate() if t.name == "livemocap-receiver")
    assert ident is not None
    return time.clock_gettime_ns(time.pthread_getcpuclockid(ident)) / 1e6


def set_stage(people: int, rigs: bool) -> None:
    """An empty scene, or one with a character for everybody."""
    bpy.ops.wm.read_homefile(use_empty=True)
    for person in range(1, people + 1 if rigs else 1):
        made = add_rig(f"Rig {person}", naming="ue4", rest="A", axes="random", extras=_EXTRAS)
        assign(f"Rig {person}", person, foot_lock=1.0)
        if person > 1:
            continue
        print(f"{len(made.skeleton.names)} bones a rig, {len(made.bones)} joints", file=sys.stderr)


_EXTRAS = ("root", "twist", "ik")


def measure(people: int, frames: int) -> dict[str, list[float]]:
    """CPU ms of each frame, by what it was spent on."""
    spent: dict[str, list[float]] = {name: [] for name in TIMED}
    with Publisher("tcp://127.0.0.1:0") as publisher:
        live.connect(publisher.endpoint)
        connection = live.current()
        assert connection is not None
        publisher.wait_for_subscribers(1, 5.0)
        for sequence in range(frames):
            frame = frame_at(0 if sequence < 5 else sequence % 50, people)
            parts = [bytes(part) for part in wire.encode(frame)]
            before_ms = receiver_ms()
            publisher.send(TRACK, frame)
            while connection.receiver.status().frames <= sequence:
                time.sleep(0.0005)
            spent["thread"].append(receiver_ms() - before_ms)
            spent["decode"].append(cpu_ms(lambda parts=parts: wire.decode(parts)))
            spent["tick"].append(cpu_ms(lambda: live.tick(time.monotonic())))
            spent["evaluate"].append(cpu_ms(bpy.context.view_layer.update))
        plain_ways(spent, frames)
        live.disconnect()
    return {name: times[10:] for name, times in spent.items()}


def plain_ways(spent: dict[str, list[float]], frames: int) -> None:
    """The pose that everybody has now, set as scripts do it; both without any retargeting."""
    shown = [
        (each.name, [(b.name, tuple(b.rotation_quaternion)) for b in pose_bones(each)])
        for each in bpy.data.objects
        if each.type == "ARMATURE" and not each.hide_viewport
    ]
    spent["loop"] = [cpu_ms(lambda: bone_by_bone(shown)) for _ in range(frames)]
    spent["keys"] = [cpu_ms(lambda at=at: bone_by_bone(shown, at)) for at in range(KEYED)]


def bone_by_bone(shown: list, frame: int | None = None) -> None:
    for name, turns in shown:
        bones = pose_bones(bpy.data.objects[name])
        for bone, turn in turns:
            bones[bone].rotation_quaternion = Quaternion(turn)
            if frame is not None:
                bones[bone].keyframe_insert("rotation_quaternion", frame=frame)


TIMED = ("thread", "decode", "tick", "evaluate")
KEYED = 60
"""Frames that `keyframe_insert` is tried on: each costs more than the one before."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 2, 5, 10])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--rigs", action="store_true", help="with a character for everybody")
    args = parser.parse_args()
    blender_addon.register()
    print(f"Blender {bpy.app.version_string}, NumPy {np.__version__}")
    print("CPU ms a frame, least / p50 / p95")
    titles = (*TIMED, "decode + tick", "thread + tick")
    print(f"{'people':>6}  " + "  ".join(f"{title:>20}" for title in titles))
    for people in args.people:
        set_stage(people, args.rigs)
        spent = measure(people, args.frames)
        ours = np.add(spent["thread"], spent["tick"])
        on_one = np.add(spent["decode"], spent["tick"])
        timed = (*(spent[name] for name in TIMED), on_one, ours)
        columns = [np.percentile(times, (0, 50, 95)) for times in timed]
        row = "  ".join(f"{a:6.2f} /{b:5.2f} /{c:5.2f}" for a, b, c in columns)
        print(f"{people:>6}  {row}", flush=True)
        loop, keys = (float(np.median(spent[name])) for name in ("loop", "keys"))
        ratio = keys / float(np.median(ours))
        print(
            f"{'':>6}  set bone by bone {loop:.2f}, keyframe_insert {keys:.1f}: {ratio:.0f} x ours"
        )
    os._exit(0)


if __name__ == "__main__":
    main()
