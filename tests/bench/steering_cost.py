# ruff: noqa: E402 - where to import from has to be said first
"""What steering by lifted poses costs, the lifter itself left out.

    python tests/bench/steering_cost.py

CPU microseconds an image of tracking/lifting, people walking and waving, beside those of the live
smoother on the same images.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from dataclasses import replace

import numpy as np
from lifted_people import ScriptedLifter
from motion import rest_joints
from seen_people import Actor, seen
from waving_people import stream

from livemocap.lifter import Sight
from livemocap.rotation import Array
from tracking.lifting.stage import Lifting
from tracking.people import People
from tracking.smoothing.live import LivePose
from tracking.stage import Stage

IMAGES, ROUNDS = 300, 5


def images(count: int) -> list[People]:
    frame = seen([Actor(i - count / 2, -4) for i in range(count)])
    rest = np.tile(rest_joints(1.0).astype(np.float32), (count, 1, 1))
    people = stream(np.arange(IMAGES) / 30, count)
    return [replace(one, frame=frame, rest_joints=rest) for one in people]


def cost_us(stage: Stage[People, People], people: Sequence[People]) -> float:
    """The least of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for one in people:
            stage.push(one)
        rounds.append(time.process_time() - began)
        stage.reset()
    return min(rounds) / len(people) * 1e6


def main() -> None:
    poses = np.random.default_rng(0).normal(size=(100, 17, 3))
    print("| people | lifting, us an image | live smoothing |\n|---|---|---|")
    for count in (1, 2, 5, 10, 50):
        people = images(count)

        def says(sight: Sight) -> Array:
            return poses[: len(sight.keys)]

        lifting = cost_us(Lifting(ScriptedLifter(says)), people)
        print(f"| {count} | {lifting:.0f} | {cost_us(LivePose(), people):.0f} |", flush=True)


if __name__ == "__main__":
    main()
