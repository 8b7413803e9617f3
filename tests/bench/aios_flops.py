# ruff: noqa: E402 - where to import from has to be said first
"""How many floating-point operations AiOS needs, plain path beside fast path, counted not timed.

    python tests/bench/aios_flops.py                   # 800x1333, one image
    python tests/bench/aios_flops.py --size 256x320 --json flops.json

On meta tensors, 2 for each multiply-add of convolutions and matrix products. Attention is among
them on both paths: there SDPA and the attention of people's tokens are made of matrix products. The
counter is blind for deformable sampling, which is added by hand; it counts no norms, activations,
positions, soft-maxes of attention or sorts. The plain path is the network's call: the heads and
bodies of all 100 people. The fast path is what runs live: heads of the best 50, bodies of --people.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import torch
from aios_reference import body_arrays, weights
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from inference.aios import build_aios
from inference.aios.config import (
    HEADS,
    LAYERS,
    LEVELS,
    LOCATION_LAYERS,
    PERSONS,
    POINTS,
    QUERIES,
    RETURNED,
    WIDTH,
    tokens_of_layer,
)
from inference.aios.fast import FastAios
from inference.aios.fast.people import pack_people
from inference.aios.pyramid import level_shapes

BAR_GFLOP = 610
SIZE = (800, 1333)

PARTS = {
    "backbone": "backbone",
    "input projections": "input_proj",
    "encoder": "encoder",
    "two-stage selection": "selection",
    "decoder with its box steps": "decoder",
    "bodies": "body",
}
"""Names of the table, and the module that is each; what is left are the output heads."""
LEFT = "output heads"

SAMPLE_FLOP = 2 * 4 * (WIDTH // HEADS) + 26
"""One sample of deformable attention: four taps of 32 channels, each multiplied and added; then 4
for its share of the soft-max, 8 for its place in pixels, 4 for the fractions, 10 for the weights of
the taps."""


@dataclass(frozen=True)
class Count:
    """FLOP of one path by part."""

    products: dict[str, int]
    """Of each part, convolutions and matrix products."""
    sampling: dict[str, int]
    """Of encoder and decoder, by hand."""

    def of(self, part: str) -> int:
        return self.products[part] + self.sampling.get(part, 0)

    @property
    def total(self) -> int:
        return sum(map(self.of, self.products))


class Live(nn.Module):
    """What runs for each image on the fast path."""

    def __init__(self, model: FastAios, people: int) -> None:
        super().__init__()
        self.model, self._people = model, people

    def forward(self, images: Tensor, padding: Tensor) -> None:
        model, n = self.model, self._people
        geometry = model.geometry(padding[:1], padded=False)
        pack_people(model.decode(images, geometry), model.heads, RETURNED)
        if n and model.body is not None:
            model.body(*(images.new_zeros(n, width) for width in (159, 10, 10)))


class Plain(nn.Module):
    """The plain path, under the name that Live gives it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor, padding: Tensor) -> None:
        self.model(images, padding)


def counts(size: tuple[int, int] = SIZE, batch: int = 1, people: int = 10) -> tuple[Count, Count]:
    """Of the plain path and of the fast path; weights made by rule."""
    plain, fast = (build_aios(weights(), body_arrays(), "meta", fast) for fast in (False, True))
    modules = Plain(plain), Live(cast(FastAios, fast), people)
    first, second = (_count(module, size, batch) for module in modules)
    return first, second


def sampling_flop(size: tuple[int, int], batch: int) -> dict[str, int]:
    """Of deformable attention between its projections."""
    tokens = sum(h * w for h, w in level_shapes(*size))
    queries = [
        QUERIES if layer in LOCATION_LAYERS else PERSONS * tokens_of_layer(layer).count
        for layer in range(LAYERS)
    ]
    each = batch * HEADS * LEVELS * POINTS * SAMPLE_FLOP
    return {"encoder": LAYERS * tokens * each, "decoder with its box steps": sum(queries) * each}


def _count(module: nn.Module, size: tuple[int, int], batch: int) -> Count:
    images = torch.empty(batch, 3, *size, device="meta")
    padding = torch.zeros(batch, *size, dtype=torch.bool, device="meta")
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        module(images, padding)
    found = counter.get_flop_counts()
    at = f"{type(module).__name__}.model."
    products = {
        part: sum(
            sum(flop.values())
            for name, flop in found.items()
            if name == at + child or _is_direct_child(name, at + child)
        )
        for part, child in PARTS.items()
    }
    products[LEFT] = counter.get_total_flops() - sum(products.values())
    return Count(products, sampling_flop(size, batch))


def _is_direct_child(name: str, parent: str) -> bool:
    """Of a list of modules, which is never called itself: each of its elements."""
    return name.removeprefix(f"{parent}.").isdecimal() and parent.endswith("input_proj")


def table(plain: Count, fast: Count) -> str:
    lines = ["| GFLOP | plain | fast |", "|---|---|---|"]
    lines += [
        f"| {part} | {plain.of(part) / 1e9:.2f} | {fast.of(part) / 1e9:.2f} |"
        for part in plain.products
    ]
    by_hand = (sum(path.sampling.values()) / 1e9 for path in (plain, fast))
    lines.append("| of it deformable sampling, by hand | {:.2f} | {:.2f} |".format(*by_hand))
    lines.append(f"| **total** | **{plain.total / 1e9:.1f}** | **{fast.total / 1e9:.1f}** |")
    return "\n".join(lines)


def size_of(text: str) -> tuple[int, int]:
    """`800x1333`, height first."""
    height, _, width = text.partition("x")
    return int(height), int(width)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=size_of, default=SIZE, help="HxW that the network sees")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--people", type=int, default=10, help="bodies on the fast path")
    parser.add_argument("--json", type=Path, help="write the counts there")
    args = parser.parse_args()
    plain, fast = counts(args.size, args.batch, args.people)
    print(table(plain, fast))
    gflop = fast.total / 1e9
    verdict = "met" if gflop <= BAR_GFLOP else "not met"
    if (args.size, args.batch) == (SIZE, 1):
        print(f"\nfast path {gflop:.1f} GFLOP, bar <= {BAR_GFLOP}: {verdict}")
    if args.json:
        found = {"plain": plain, "fast": fast}
        args.json.write_text(
            json.dumps({k: {p: c.of(p) for p in c.products} for k, c in found.items()})
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
