"""Ids on real clips, by mode: takes of `livemocap video` tracked again.

    for clip in ../shared/media/*.mp4; do
      livemocap video $clip -o out/clips/$(basename $clip .mp4) --no-preview --format bvh; done
    python tests/bench/real_tracks.py --takes out/clips

For each id also for how long it was shown. Look at the overlays, too: `livemocap video` draws them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from livemocap.messages import EndOfStream, PoseFrame, TrackFrame
from livemocap.take import TakeReader
from tracking.config import MODES, TrackingConfig
from tracking.tracker import Tracker

PEOPLE = {
    "four_captured": "4",
    "four_seated_classroom": "4",
    "hands_sign_language": "3, one after the other",
    "one_by_one_enter_leave": "2, one after the other",
    "pair_dance": "2",
    "rendered_three_people": "3",
    "six_pedestrians_far": "2 to 7",
    "three_exercise_sync": "3",
    "three_store_occluded": "2, then 3",
    "two_boxing_rotate": "2",
    "two_dance_crossing": "2",
    "two_handover_portrait": "2",
    "two_walk_to_camera": "2",
}


def tracked(poses: Iterable[PoseFrame], mode: str) -> list[TrackFrame]:
    tracker = Tracker(TrackingConfig(mode=mode))
    return [done for frame in poses for done in tracker.push(frame)] + tracker.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--takes", type=Path, required=True)
    parser.add_argument("--modes", default=",".join(MODES))
    args = parser.parse_args()
    modes = args.modes.split(",")
    print("| clip | people | " + " | ".join(modes) + " |\n|" + "---|" * (2 + len(modes)))
    for name, people in PEOPLE.items():
        messages = TakeReader(args.takes / name / "take.mcap").messages(["pose"])
        poses = [m for _, m in messages if not isinstance(m, EndOfStream)]
        cells = []
        for mode in modes:
            shown: Counter[int] = Counter()
            for frame in tracked([p for p in poses if isinstance(p, PoseFrame)], mode):
                shown.update(frame.track_ids.tolist())
            cells.append(f"{len(shown)} ({', '.join(map(str, shown.values()))})")
        print(f"| {name} | {people} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
