"""A process that publishes people who come, go and grow: `python track_stream.py ENDPOINT`."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import time
from functools import cache

import numpy as np
from motion import smooth_tracks

from livemocap.bus import TRACK, Publisher
from livemocap.messages import TrackFrame

PHASE_FRAMES = 50
"""Everybody, the second is gone, everybody, the last is another size; repeating after four."""


@cache
def _cycle(bodies: tuple[int, ...]) -> list[TrackFrame]:
    return smooth_tracks(4 * PHASE_FRAMES, fps=100.0, people=bodies)


def frame_at(sequence: int, people: int = 3, first_id: int = 1) -> TrackFrame:
    """The frame with this number; people are called 1, 2, 3 ..., or on from another number."""
    phase = sequence // PHASE_FRAMES % 4
    ids = np.arange(people) + first_id
    bodies = (*range(1, people), people + 5 if phase == 3 else people)
    frame = _cycle(bodies)[sequence % (4 * PHASE_FRAMES)]
    now_ns = time.monotonic_ns()
    frame = dataclasses.replace(frame, sequence=sequence, t_grab_ns=now_ns, track_ids=ids)
    return _without(frame, row=1) if phase == 1 else frame


def _without(frame: TrackFrame, row: int) -> TrackFrame:
    per_person = ("track_ids", "states", "detections", "scores", "joint_rotvecs", "pelvis")
    per_person += ("joints", "rest_joints", "betas", "expression", "joint_confidence")
    kept = {name: np.delete(getattr(frame, name), row, axis=0) for name in per_person}
    return dataclasses.replace(frame, **kept)


def _apart(frame: TrackFrame, metres: float) -> TrackFrame:
    """People side by side, each in a place of their own."""
    aside = np.zeros((len(frame.track_ids), 3), np.float32)
    aside[:, 0] = metres * (frame.track_ids % 100)
    return dataclasses.replace(
        frame, pelvis=frame.pelvis + aside, joints=frame.joints + aside[:, None]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("endpoint")
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--first-id", type=int, default=1)
    parser.add_argument("--apart-m", type=float, default=0.0, help="between people's places")
    parser.add_argument("--hz", type=float, default=100.0)
    args = parser.parse_args()
    with Publisher(args.endpoint) as publisher:
        print(publisher.endpoint, flush=True)
        started_s = time.monotonic()
        for sequence in itertools.count():
            frame = frame_at(sequence, args.people, args.first_id)
            publisher.send(TRACK, _apart(frame, args.apart_m))
            time.sleep(max(started_s + (sequence + 1) / args.hz - time.monotonic(), 0))


if __name__ == "__main__":
    main()
