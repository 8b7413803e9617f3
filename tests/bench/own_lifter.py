"""What our own lifter costs: CPU milliseconds a frame on one core, net alone and with what stands
between it and the stream (boxes, resampling), beside its bare matrix products in the same run.

    python tests/bench/own_lifter.py                  # shipped weights; exits 1 if 10 people
    python tests/bench/own_lifter.py --weights trained/lifter.onnx       # cost over 1 ms a frame
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from inference.lifting.own import WEIGHTS, OwnCausalPoses, own_net
from inference.lifting.registry import lifter_of
from livemocap.lifter import Sight

WANTED_PEOPLE, WANTED_MS = 10, 1.0
_PUSHES = 400
_MIDDLE = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])


def net_ms(net: OwnCausalPoses, people: int) -> tuple[float, float]:
    """Median and least of a step of everybody."""
    ring, keys = net.ring(), list(range(people))
    frames = np.random.default_rng(0).random((_PUSHES, people, 17, 3)).astype(np.float32)
    return _cpu_ms(lambda i: ring.push(keys, frames[i]))


def lifter_ms(net: OwnCausalPoses, people: int) -> tuple[float, float]:
    """The same of a whole lifter at the net's own rate."""
    lifter, keys = lifter_of(net), np.arange(people)
    points = np.random.default_rng(0).uniform(200, 500, (people, 17, 3))
    points[..., 2] = 1

    def push(i: int) -> None:
        moved = points + np.array([np.sin(i / 9) * 20, 0, 0])
        lifter.push(
            Sight(
                t_s=i / net.rate_hz, keys=keys, keypoints_px=moved, K=_MIDDLE, size_px=(1280, 720)
            )
        )

    return _cpu_ms(push)


def products_ms(weights: Path, people: int) -> tuple[float, float]:
    """The net's matrix products alone, in NumPy."""
    import onnxruntime as ort

    session = ort.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    reach = [entry.shape for entry in session.get_inputs()[1:]]
    channels = reach[1][2]
    rng = np.random.default_rng(0)
    sizes = [(3 * reach[0][2], channels)]
    sizes += [(k * channels, channels) for _ in reach[1:] for k in (3, 1)]
    sizes += [(channels, session.get_outputs()[0].shape[2])]
    factors = [rng.random((k, n)).astype(np.float32) for k, n in sizes]
    rows = [rng.random((people, k)).astype(np.float32) for k, _ in sizes]

    def multiply(_i: int) -> None:
        for row, factor in zip(rows, factors, strict=True):
            np.matmul(row, factor)

    return _cpu_ms(multiply)


def _cpu_ms(work: Callable[[int], object]) -> tuple[float, float]:
    took = []
    for i in range(_PUSHES):
        began = time.process_time_ns()
        work(i)
        took.append((time.process_time_ns() - began) * 1e-6)
    return float(np.median(took[20:])), float(np.min(took[20:]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    net = own_net(0.0, args.weights)
    assert isinstance(net, OwnCausalPoses)
    print("people   net ms (least)   lifter ms (least)   bare products ms (least)")
    wanted = 0.0
    for people in (1, 5, 10, 20):
        parts = net_ms(net, people), lifter_ms(net, people), products_ms(args.weights, people)
        print(f"{people:6}" + "".join(f"   {m:8.3f} ({least:.3f})" for m, least in parts))
        wanted = parts[0][0] if people == WANTED_PEOPLE else wanted
    return int(wanted > WANTED_MS)


if __name__ == "__main__":
    sys.exit(main())
