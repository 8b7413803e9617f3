"""Memory of the tracker over a long stream: people come and go, now and then nobody is there.

    python tests/bench/tracking_memory.py --mode live --frames 100000

Prints what is allocated (tracemalloc) after each tenth of the stream: it may not grow.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tracking"))

from test_tracker_faults import (  # type: ignore[import-not-found]
    coming_and_going,
    reachable_bytes,
)

from tracking.config import MODES, TrackingConfig
from tracking.tracker import Tracker


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", choices=MODES[:2], default="live")
    parser.add_argument("--frames", type=int, default=100_000)
    args = parser.parse_args()
    tracker, crowd = Tracker(TrackingConfig(mode=args.mode)), coming_and_going()
    tracemalloc.start(1)
    print("| frames | allocated kB | of it the tracker | ids |\n|---|---|---|---|")
    last = 0
    for k in range(args.frames):
        frame = replace(crowd[k % len(crowd)], t_capture_ns=k * 33_333_333, sequence=k)
        for tracked in tracker.push(frame):
            last = max(last, *tracked.track_ids.tolist(), 0)
        if (k + 1) % (args.frames // 10) == 0:
            gc.collect()
            total, held = tracemalloc.get_traced_memory()[0], reachable_bytes(tracker)
            print(f"| {k + 1} | {total / 1e3:.0f} | {held / 1e3:.0f} | {last} |", flush=True)


if __name__ == "__main__":
    main()
