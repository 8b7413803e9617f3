"""How old packets are when Blender's pose is set, while its interface stalls again and again.

    python tests/bench/blender_age.py [--people 10] [--seconds 60] [--rigs]

A publisher in a process of its own sends 60 packets a second. Headless Blender ticks as its timer
would, is held up for 100 ms once a second, and records all the while; then the take is counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HZ, STALL_S, EVERY_S, ROW_S = 60, 0.1, 1.0, 10.0
TICK_S = 1 / 60


def publish(people: int) -> None:
    """Send until killed; the first line says where."""
    from motion import smooth_tracks

    from livemocap.bus import TRACK, Publisher

    frames = smooth_tracks(300, fps=HZ, people=tuple(range(1, people + 1)))
    with Publisher("tcp://127.0.0.1:0") as publisher:
        print(publisher.endpoint, flush=True)
        started_s, sequence = time.monotonic(), 0
        while True:
            frame = frames[sequence % len(frames)]
            t_ns = round(sequence * 1e9 / HZ)
            now_ns = time.monotonic_ns()
            frame = replace(frame, sequence=sequence, t_capture_ns=t_ns, t_grab_ns=now_ns)
            publisher.send(TRACK, frame)
            sequence += 1
            time.sleep(max(started_s + sequence / HZ - time.monotonic(), 0))


def ages(seconds: float) -> Iterator[tuple[float, float]]:
    """Second and age in ms of each frame that was shown."""
    from blender_addon.stream import live

    connection = live.current()
    assert connection is not None
    newest = connection.receiver.take_newest
    grabbed_ns: list[int] = []

    def remember() -> list:
        frames = newest()
        grabbed_ns.extend(frame.t_grab_ns for frame in frames)
        return frames

    connection.receiver.take_newest = remember  # type: ignore[method-assign]
    began_s = stalled_s = due_s = time.monotonic()
    while (now_s := time.monotonic()) - began_s < seconds:
        live.tick(now_s)
        set_ns = time.monotonic_ns()
        yield from ((now_s - began_s, (set_ns - t_ns) / 1e6) for t_ns in grabbed_ns)
        grabbed_ns.clear()
        if now_s - stalled_s > EVERY_S:
            stalled_s = now_s
            time.sleep(STALL_S)
        due_s = max(due_s + TICK_S, time.monotonic())
        time.sleep(max(due_s - time.monotonic(), 0))


def counted(take: Path) -> tuple[int, int]:
    """Frames in a take, and how many their numbers say there should be."""
    from livemocap.track_rows import read_track_rows

    times_ns = [rows.t_capture_ns for _, rows in read_track_rows(take) if rows is not None]
    return len(times_ns), round((times_ns[-1] - times_ns[0]) * HZ / 1e9) + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rigs", action="store_true", help="with a character for everybody")
    parser.add_argument("--publish", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.publish:
        publish(args.people)
    sender = subprocess.Popen(
        [sys.executable, __file__, "--publish", "--people", str(args.people)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdout is not None
    try:
        follow(sender.stdout.readline().strip(), args.people, args.seconds, args.rigs)
    finally:
        sender.kill()
    sys.stdout.flush()
    os._exit(0)


def follow(endpoint: str, people: int, seconds: float, rigs: bool) -> None:
    """Show and record the stream, and print what came of it."""
    sys.modules["msgpack"] = None  # type: ignore[assignment]  # Blender has none
    import bpy
    from blender_tick import set_stage

    import blender_addon
    from blender_addon.stream import live
    from blender_addon.takes import recording

    blender_addon.register()
    set_stage(people, rigs)
    live.connect(endpoint)
    connection = live.current()
    assert connection is not None
    for _ in ages(3.0):  # everybody's stand-in is made
        pass
    print(f"Blender {bpy.app.version_string}, {people} people, rigs: {rigs}; age in ms at pose-set")
    print(f"{'seconds':>9} {'shown':>6} {'p50':>6} {'p95':>6} {'max':>6}")
    with tempfile.TemporaryDirectory() as folder:
        taken = recording.start(connection.receiver, Path(folder))
        found = np.array(list(ages(seconds)))
        recording.stop()
        for begin_s in np.arange(0, seconds, ROW_S):
            row = found[(found[:, 0] >= begin_s) & (found[:, 0] < begin_s + ROW_S), 1]
            show(f"{begin_s:.0f}..{begin_s + ROW_S:.0f}", row)
        show("all", found[:, 1])
        recorded, sent = counted(taken.status().path)
    print(f"recorded {recorded} of {sent} packets")
    live.disconnect()


def show(title: str, ages_ms: np.ndarray) -> None:
    p50, p95, most = np.percentile(ages_ms, (50, 95, 100))
    print(f"{title:>9} {len(ages_ms):>6} {p50:>6.1f} {p95:>6.1f} {most:>6.1f}", flush=True)


if __name__ == "__main__":
    main()
