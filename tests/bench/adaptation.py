"""What adaptation while streaming brings, costs and harms.

    python tests/bench/adaptation.py --shared ../shared people   # MPJPE off, on, with true bones
    python tests/bench/adaptation.py --shared ../shared clips    # the shipped clip and two more
    python tests/bench/adaptation.py --shared ../shared latency  # of live frames, on and off
    python tests/bench/adaptation.py --shared ../shared memory   # over 30 simulated minutes
    python tests/bench/adaptation.py --shared ../shared plot out.png

Made-up people move as DIR/mocap has it, through the camera and the noise of DIR/trackbench. Their
keypoints are true joints, off by a detector's habits (hips and shoulders), by errors that last and
by some that are gross; see adaptation_people.py.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from adaptation_people import MPJPE, Case, cases, made, mpjpe, over_time

from livemocap.messages import PoseFrame, TrackFrame
from tracking.adapt.log import BEGUN
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

OFF = TrackingConfig()
STEPS = replace(OFF, adapt="on", adapt_steps=2)
BESIDE = replace(OFF, adapt="on")


def tracked(frames: list[PoseFrame], config: TrackingConfig) -> list[TrackFrame]:
    """As live."""
    tracker = Tracker(config)
    ready = []
    for frame in frames:
        ready += tracker.push(frame)
        tracker.learn()
    return ready + tracker.flush()


def people(shared: Path, seeds: int, first: int) -> int:
    """The table of people whose proportions are ordinary, and far from it."""
    print("| person | off | true bones | on | share of the gain | on, per mille worse |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    gains: list[float] = []
    for case in cases(seeds, first):
        person = made(shared, case)
        off, on = (mpjpe(person, tracked(person.frames, c)) for c in (OFF, STEPS))
        true = mpjpe(person, tracked(person.with_true_bones(), OFF))
        print(row(case, off, true, on), flush=True)
        if case.stretch:
            gains.append((off.all_mm - on.all_mm) / (off.all_mm - true.all_mm))
        else:
            worst = max(worst, on.all_mm / off.all_mm - 1)
    print(f"\nshare of the gain: {min(gains):.2f} at least, {np.mean(gains):.2f} on average")
    print(f"ordinary people: worse by {100 * worst:.2f} % at most")
    return 0 if np.mean(gains) >= 0.5 and worst <= 0.01 else 1


def row(case: Case, off: MPJPE, true: MPJPE, on: MPJPE) -> str:
    """Of the table."""
    gain = off.all_mm - true.all_mm
    share = f"{(off.all_mm - on.all_mm) / gain:.2f}" if case.stretch else ""
    worse = f"{1000 * (on.all_mm / off.all_mm - 1):+.1f}"
    return f"| {case.name} | {off} | {true} | {on} | {share} | {worse} |"


def clips(shared: Path, engine_name: str) -> int:
    """The shipped clip and two more through an engine: MPJPE off and on."""
    from pose_accuracy import CAPTURED, SAMPLE, run

    from inference.registry import make_engine
    from livemocap.cli.evaluate.estimates import from_tracks
    from livemocap.cli.evaluate.pose import evaluate
    from livemocap.cli.evaluate.truth import Truth

    print("| clip | off | on | swaps |\n|---|---|---|---|")
    worst = 0.0
    for clip in [SAMPLE, *(shared / "media" / f"{name}.mp4" for name in CAPTURED)]:
        engine = make_engine(engine_name)
        frames = run(engine, clip)[0]
        engine.close()
        truth = Truth.load(clip.with_name(f"{clip.stem}_gt.npz"))
        shown = [tracked(frames, config) for config in (OFF, STEPS)]
        off, on = (evaluate(from_tracks(one), truth).mpjpe_mm for one in shown)
        swaps = sum(swaps_of(frame) for frame in shown[1])
        print(f"| {clip.stem} | {off:.1f} | {on:.1f} | {swaps} |", flush=True)
        worst = max(worst, on / off - 1)
    return 0 if worst <= 0.01 else 1


def swaps_of(frame: TrackFrame) -> int:
    """How many people's parameters change with it."""
    return len(frame.swaps.keys() - {BEGUN})


def latency(shared: Path, rounds: int = 5, rate_hz: float = 30.0) -> int:
    """How long images take from coming to their track, as they come at a steady rate.

    Two trackers take turns in one process, off and on, half a frame apart: what else the machine
    does then, it does to both. The least of all rounds, and the processor's time, are what remains
    of that.
    """
    frames = made(shared, next(cases(1))).frames
    took = np.array([_paced(frames, rate_hz) for _ in range(rounds)]) * 1e3
    print("| ms of an image | mean | p50 | p95 | p99 |\n|---|---|---|---|---|")
    kinds = {"wall": took[..., 0], "least of the rounds": took[..., 0].min(0)[None]}
    kinds["processor"] = took[..., 1]
    added = {}
    for kind, ms in kinds.items():
        for k, which in enumerate(("off", "on")):
            parts = [ms[:, k].mean(), *np.percentile(ms[:, k], (50, 95, 99))]
            print(f"| {kind}, {which} | " + " | ".join(f"{part:.2f}" for part in parts) + " |")
        added[kind] = float(np.diff(np.percentile(ms, 95, (0, 2)))[0])
    print("\nadded at p95: " + ", ".join(f"{ms:.2f} ms ({kind})" for kind, ms in added.items()))
    del added["wall"]  # on a machine that is busy otherwise, this is what the others do
    return 0 if max(added.values()) <= 1 else 1


def _paced(frames: list[PoseFrame], rate_hz: float) -> list[list[tuple[float, float]]]:
    """(2, F, 2) s that each image took, off and on: wall and processor."""
    trackers = Tracker(OFF), Tracker(BESIDE)
    took: list[list[tuple[float, float]]] = [[], []]
    begun_s = time.perf_counter()
    for k, frame in enumerate(frames):
        for which, tracker in enumerate(trackers):
            at_s = begun_s + (k + 0.5 * which) / rate_hz
            time.sleep(max(0.0, at_s - time.perf_counter()))
            wall_s, used_s = time.perf_counter(), time.thread_time()
            tracker.push(frame)
            took[which].append((time.perf_counter() - wall_s, time.thread_time() - used_s))
            tracker.learn()
    for tracker in trackers:
        tracker.flush()
    return took


def memory(shared: Path, minutes: int = 30, rate_hz: int = 5) -> int:
    """What is held while one clip comes again and again for half an hour of its own time."""
    frames = made(shared, next(cases(1))).frames[:: 30 // rate_hz]
    tracker, swaps, held = Tracker(STEPS), 0, []
    print("| minute | of the process, kB | objects | swaps |\n|---|---|---|---|")
    for k in range(minutes * 60 * rate_hz):
        frame = replace(frames[k % len(frames)], sequence=k, t_capture_ns=k * 10**9 // rate_hz)
        swaps += sum(swaps_of(one) for one in tracker.push(frame))
        tracker.learn()
        if (k + 1) % (minutes * 6 * rate_hz) == 0:
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            held.append(pages * resource.getpagesize() / 1024)
            minute = (k + 1) // (60 * rate_hz)
            print(f"| {minute} | {held[-1]:.0f} | {len(gc.get_objects())} | {swaps} |", flush=True)
    return 0 if held[-1] < 1.02 * held[1] else 1


def plot(shared: Path, path: Path) -> int:
    """MPJPE over time of somebody far from average and of somebody ordinary."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3), dpi=110)
    FigureCanvasAgg(figure)
    for axis, case in zip(figure.subplots(1, 2, sharey=True), cases(1), strict=False):
        person = made(shared, case)
        for name, frames, config in (
            ("off", person.frames, OFF),
            ("on", person.frames, STEPS),
            ("true bones", person.with_true_bones(), OFF),
        ):
            shown = tracked(frames, config)
            axis.plot(*over_time(person, shown), label=name)
            for at in [one.sequence / 30 for one in shown if swaps_of(one)]:
                axis.axvline(at, color="0.8", zorder=0)
        axis.set(title=case.name, xlabel="s")
    figure.axes[0].set(ylabel="MPJPE mm, mean of 1 s")
    figure.axes[0].legend()
    figure.tight_layout()
    figure.savefig(path)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--shared", type=Path, required=True, help="folder of mocap, trackbench")
    parser.add_argument("--seeds", type=int, default=2, help="of `people`")
    parser.add_argument("--first-seed", type=int, default=0, help="of `people`")
    parser.add_argument("--engine", default="landmarks", help="of `clips`")
    parser.add_argument("what", choices=("people", "clips", "latency", "memory", "plot"))
    parser.add_argument("picture", type=Path, nargs="?", help="of `plot`")
    args = parser.parse_args()
    if args.what == "people":
        return people(args.shared, args.seeds, args.first_seed)
    if args.what == "clips":
        return clips(args.shared, args.engine)
    if args.what == "plot":
        return plot(args.shared, args.picture or parser.error("plot needs a file to write"))
    return {"latency": latency, "memory": memory}[args.what](args.shared)


if __name__ == "__main__":
    sys.exit(main())
