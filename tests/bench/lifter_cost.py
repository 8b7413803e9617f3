# ruff: noqa: E402 - where to import from has to be said first
"""CPU time of each lifter for each image, with everything around its net, at 30 images a second.

    python tests/bench/lifter_cost.py
    python tests/bench/lifter_cost.py --people 1 10

VideoPose3D and P-STMO are of their published sizes, with weights by rule. Live and broadcast: the
median of images after the first; bake: the whole clip, by its images.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).resolve().parents[at]) for at in (1, 2)]

from lift_parity.arrays import filled
from lifting_sights import clip, sight

from inference.lifting.net import Net
from inference.lifting.own import own_net
from inference.lifting.pstmo import Pstmo
from inference.lifting.registry import Mode, lifter_of
from inference.lifting.torch_nets import CausalTemporalPoses, TemporalPoses, WindowPoses
from inference.lifting.videopose3d import TemporalNet

IMAGES, WARM = 24, 6


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[1, 10])
    args = parser.parse_args()
    torch.set_num_threads(1)
    vp3d, causal, pstmo = TemporalNet(), TemporalNet(causal=True), Pstmo()
    for net, system in ((vp3d, "vp3d"), (causal, "vp3d"), (pstmo, "pstmo")):
        filled(net, system, 0)
    rows: list[tuple[Net, tuple[Mode, ...]]] = [
        (own_net(), ("live", "bake")),
        (CausalTemporalPoses("vp3d-causal", causal), ("live", "bake")),
        (TemporalPoses("vp3d", vp3d), ("broadcast", "bake")),
        (WindowPoses("pstmo", pstmo), ("broadcast", "bake")),
    ]
    print(f"ms of CPU an image, {args.people} people")
    for net, modes in rows:
        for mode in modes:
            costs = [_cost_ms(net, mode, people) for people in args.people]
            print(f"{net.name:12s} {mode:10s} {'  '.join(f'{cost:8.1f}' for cost in costs)}")
    return 0


def _cost_ms(net: Net, mode: Mode, people: int) -> float:
    clips = [clip(IMAGES, seed) for seed in range(people)]
    lifter = lifter_of(net, mode=mode)
    costs = []
    for k in range(IMAGES):
        begin = time.process_time()
        lifter.push(sight(k / 30, {p: clips[p][k] for p in range(people)}))
        costs.append(time.process_time() - begin)
    begin = time.process_time()
    lifter.flush()
    last = time.process_time() - begin
    each = last / IMAGES if mode == "bake" else 0.0
    return (float(np.median(costs[WARM:])) + each) * 1e3


if __name__ == "__main__":
    sys.exit(main())
