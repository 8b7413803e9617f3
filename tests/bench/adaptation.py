"""What adaptation while streaming brings, costs and harms.

    python tests/bench/adaptation.py --shared ../shared people        # MPJPE off, on, with true bones
    python tests/bench/adaptation.py --shared ../shared clips         # the shipped clip and two more
    python tests/bench/adaptation.py --shared ../shared latency       # of live frames, on and off
    python tests/bench/adaptation.py --shared ../shared memory        # over 30 simulated minutes
    python tests/bench/adaptation.py --shared ../shared plot out.png

Made-up people move as DIR/mocap has it, through the camera and the noise of DIR/trackbench. Their
keypoints are true joints, off by a detector's habits (hips and shoulders), by errors that last and
by some that are gross; see adaptation_people.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from adaptation_people import FAR, MPJPE, Case, Made, cases, made, mpjpe

from livemocap.messages import PoseFrame, TrackFrame
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


def people(shared: Path, seeds: int) -> int:
    """The table of people whose proportions are ordinary, and far from it."""
    print("| person | off | true bones | on | share of the gain | on, per mille worse |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    gains: list[float] = []
    for case in cases(seeds):
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of mocap, trackbench")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("what", choices=("people",))
    args = parser.parse_args()
    return people(args.shared, args.seeds)


if __name__ == "__main__":
    sys.exit(main())
