# ruff: noqa: E402 - where to import from has to be said first
"""CPU time of causal VideoPose3D for each new frame: kept activations against windows done again.

    python tests/bench/lifting_cost.py
    python tests/bench/lifting_cost.py --people 1 10 --frames 60 --threads 2

Ring: one frame in, one out, what was computed before is kept. Strided: a window of 243 frames to
its last pose, nothing else computed. Dilated: the net for whole clips on that window. Bare: the
ring's matrix products alone, with the same weights, by torch and by NumPy. All forms take turns in
one run; times are the least of all turns, CPU seconds of the process. The ring's worst error is
that against the dilated form on a clip at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

THREADS = "--threads"
if THREADS in sys.argv:  # NumPy's library reads it when it is loaded
    wanted = sys.argv[sys.argv.index(THREADS) + 1]
    os.environ |= {"OMP_NUM_THREADS": wanted, "OPENBLAS_NUM_THREADS": wanted}

sys.path[:0] = [str(Path(__file__).resolve().parents[at]) for at in (1, 2)]

import numpy as np
import torch
from lift_parity.arrays import filled
from reference.make_inputs_lift import walk2d
from torch.nn import functional as F

from inference.lifting.clip import lift_clip
from inference.lifting.ring import Ring
from inference.lifting.videopose3d import TemporalNet

Call = Callable[[], object]

STRIDED_BAR, DILATED_BAR, BARE_BAR, ERROR_BAR = 8.0, 50.0, 1.3, 1e-6
TURNS = 5
HEADING = (
    *("people", "ring ms", "a person", "bare torch / NumPy ms", "strided ms", "dilated ms"),
    *("strided / ring", "dilated / ring", "ring / bare torch", "ring / bare NumPy"),
)


@dataclass(frozen=True)
class Row:
    """Milliseconds of CPU for a frame of so many people."""

    people: int
    ms: dict[str, float]

    def ratio(self, form: str, to: str) -> float:
        return self.ms[form] / self.ms[to]


def least_ms(calls: dict[str, Call], repeats: dict[str, int]) -> dict[str, float]:
    """Of each call, which take turns."""
    least = dict.fromkeys(calls, float("inf"))
    for _ in range(TURNS):
        for name, call in calls.items():
            for _ in range(repeats[name]):
                start = time.process_time()
                call()
                least[name] = min(least[name], 1e3 * (time.process_time() - start))
    return least


def products(net: TemporalNet, people: int) -> dict[str, Call]:
    """All of a frame's multiplications, and nothing else."""
    convolutions = [net.expand_conv, *net.layers_conv, net.shrink]
    weights = [c.weight.detach().flatten(1).contiguous() for c in convolutions]
    inputs = [torch.rand(people, weight.shape[1]) for weight in weights]
    turned = [weight.T.contiguous().numpy() for weight in weights]
    arrays = [x.numpy() for x in inputs]
    return {
        "torch": lambda: [F.linear(x, w) for x, w in zip(inputs, weights, strict=True)],
        "numpy": lambda: [x @ w for x, w in zip(arrays, turned, strict=True)],
    }


def measured(net: TemporalNet, strided: TemporalNet, people: int, frames: int) -> Row:
    ring, keys = Ring(net), range(people)
    clips = torch.stack([torch.from_numpy(walk2d(243, seed=k)) for k in keys])
    ring.push(keys, clips[:, 0])
    coming = iter(range(10**9))
    calls: dict[str, Call] = {
        "ring": lambda: ring.push(keys, clips[:, next(coming) % 243]),
        **products(net, people),
        "strided": lambda: strided(clips),
        "dilated": lambda: net(clips),
    }
    repeats = {"ring": frames, "torch": frames, "numpy": frames, "strided": 2, "dilated": 1}
    return Row(people, least_ms(calls, repeats))


def worst_error(net: TemporalNet, people: int, frames: int) -> float:
    """m, of the ring against the clip at once."""
    clips = torch.stack([torch.from_numpy(walk2d(frames, seed=k)) for k in range(people)], 1)
    ring = Ring(net)
    found = torch.stack([ring.push(range(people), frame) for frame in clips])
    whole = [lift_clip(net, clips[:, person], flip=False) for person in range(people)]
    return float((found - torch.stack(whole, 1)).abs().max())


def tell(rows: list[Row], error: float) -> bool:
    """A table with the bars; whether the row of most people is within them."""
    print(f"| {' | '.join(HEADING)} |\n|{'---|' * len(HEADING)}")
    for row in rows:
        ms = row.ms
        cells = [
            f"{row.people}",
            f"{ms['ring']:.2f}",
            f"{ms['ring'] / row.people:.2f}",
            f"{ms['torch']:.2f} / {ms['numpy']:.2f}",
            f"{ms['strided']:.1f}",
            f"{ms['dilated']:.1f}",
            f"{row.ratio('strided', 'ring'):.1f}",
            f"{row.ratio('dilated', 'ring'):.1f}",
            f"{row.ratio('ring', 'torch'):.2f}",
            f"{row.ratio('ring', 'numpy'):.2f}",
        ]
        print("| " + " | ".join(cells) + " |")
    last = rows[-1]
    bars = {
        f"strided / ring >= {STRIDED_BAR:g}": last.ratio("strided", "ring") >= STRIDED_BAR,
        f"dilated / ring >= {DILATED_BAR:g}": last.ratio("dilated", "ring") >= DILATED_BAR,
        f"ring / bare torch <= {BARE_BAR}": last.ratio("ring", "torch") <= BARE_BAR,
        f"ring against the clip {error:.1e} <= {ERROR_BAR:g} m": error <= ERROR_BAR,
    }
    print(f"\nbars at {last.people} people:")
    for name, holds in bars.items():
        print(f"  {name}: {'holds' if holds else 'MISSED'}")
    return all(bars.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[1, 2, 5, 10])
    parser.add_argument("--frames", type=int, default=20, help="timed in each of five turns")
    parser.add_argument(THREADS, type=int, default=1, help="of torch and NumPy")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    net, strided = (TemporalNet(causal=True, strided=form) for form in (False, True))
    for each in (net, strided):
        filled(each, "vp3d", 0)
    error = worst_error(net, 3, 100)
    rows = [measured(net, strided, people, args.frames) for people in sorted(args.people)]
    print(f"\n{args.threads} threads, NumPy {np.__version__}, torch {torch.__version__}")
    return 0 if tell(rows, error) else 1


if __name__ == "__main__":
    sys.exit(main())
