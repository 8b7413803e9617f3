# ruff: noqa: E402 - where to import from has to be said first
"""What lifters make of cameras whose rate is not their net's, and what that costs.

    python tests/bench/lifter_rates.py

A net that says where every point was on average in its window of 0.16 s (nine frames at 50 Hz)
sees a point swing at 1 Hz, by cameras whose images come up to a quarter of a frame early or late.
Its answers are compared with what it would say of frames at its own rate that end at each image's
very time; errors are shares of the swing. `each image a frame` is the same net without resampling.
The cost is that of everything around a net, for ten people at 30 images a second.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from lifting_sights import (
    SIZE_PX,
    CardboardNet,
    MeanCausalNet,
    MeanNet,
    clip,
    joints,
    sight,
    through,
)

from inference.lifting.registry import Mode, lifter_of
from livemocap.lifter import Sight

RATES_HZ = (24, 25, 30, 50, 60)
SECONDS, AMPLITUDE_PX = 4.0, 100.0
WRIST = 9


def main() -> int:
    print("images/s    live        broadcast   bake        each image a frame  (mean, worst)")
    for rate_hz in RATES_HZ:
        cells = [_error(rate_hz, mode) for mode in ("live", "broadcast", "bake")]
        print(f"{rate_hz:8d}    {'   '.join(cells)}   {_without(rate_hz)}")
    print(f"around a net, ten people: {_cost_ms():.2f} ms of CPU an image (minimum of 5 runs)")
    return 0


def _times(rate_hz: float) -> np.ndarray:
    early = np.random.default_rng(5).uniform(-0.25, 0.25, int(SECONDS * rate_hz))
    return (np.arange(len(early)) + early) / rate_hz


def _swing(t_s: np.ndarray) -> np.ndarray:
    return AMPLITUDE_PX * np.sin(2 * np.pi * t_s)


def _sights(times: np.ndarray) -> list[Sight]:
    still, sights = clip(1)[0], []
    for t_s in times:
        keypoints = still.copy()
        keypoints[WRIST, :2] = 480 + _swing(t_s), 200
        sights.append(sight(float(t_s), {7: keypoints}))
    return sights


def _wanted(times: np.ndarray, net: MeanNet) -> np.ndarray:
    offsets = np.arange(-net.past, net.ahead + 1) / net.rate_hz
    return _swing(times[:, None] + offsets).mean(1)


def _shares(found: np.ndarray, wanted: np.ndarray) -> str:
    """Away from a clip's ends."""
    off = np.abs(found * SIZE_PX[0] / 2 - wanted)[20:-20] / AMPLITUDE_PX
    return f"{off.mean():5.2%} {off.max():5.2%}"


def _error(rate_hz: float, mode: Mode) -> str:
    net, times = MeanCausalNet(8) if mode == "live" else MeanNet(4, 4), _times(rate_hz)
    lifter = lifter_of(net, mode=mode, look_ahead_s=0.08, normalization="image", flip=False)
    return _shares(joints(through(lifter, _sights(times)))[:, WRIST, 0], _wanted(times, net))


def _without(rate_hz: float) -> str:
    net, times = MeanCausalNet(8), _times(rate_hz)
    frames = np.repeat(clip(1), len(times), 0)
    frames[:, WRIST, 0] = _swing(times) * 2 / SIZE_PX[0]
    around = np.pad(frames, ((net.past, 0), (0, 0), (0, 0)), mode="edge")
    return _shares(net.poses(around[None])[0, :, WRIST, 0], _wanted(times, net))


def _cost_ms() -> float:
    clips = [clip(60, seed) for seed in range(10)]
    sights = [sight(k / 30, {p: clips[p][k] for p in range(10)}) for k in range(60)]
    best = np.inf
    for _ in range(5):
        lifter = lifter_of(CardboardNet())
        begin = time.process_time()
        for each in sights:
            lifter.push(each)
        best = min(best, (time.process_time() - begin) / len(sights))
    return best * 1e3


if __name__ == "__main__":
    sys.exit(main())
