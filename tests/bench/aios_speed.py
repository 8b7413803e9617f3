# ruff: noqa: E402 - where to import from has to be said first
"""How fast AiOS is: the fast path beside the plain one and the way the reference does it.

    python tests/bench/aios_speed.py                            # a GPU, everything
    python tests/bench/aios_speed.py --device cpu --repeats 3
    python tests/bench/aios_speed.py --device cpu --size 256x320 --json speed.json

    python tests/bench/aios_speed.py --device cpu --size 48x1333 --frames 20    # only tries it

Weights are made by rule, so who is seen is chance; how long it takes is not. Modes take turns in
one run, ratios are medians over the turns. Rows that need a GPU say so on a CPU. "Network" is what
runs for each image: backbone to the heads of the best 50 people, on CUDA as a recorded graph.
Streams get their images resized as the engine does it: to a short side of 800 if there is room.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import torch
from aios_reference import body_arrays, weights
from bench.aios_clock import Call, Times, in_turns, ratios
from bench.aios_flops import SIZE, size_of
from bench.aios_live import Stream, image_frame, memory_mb, scene
from bench.aios_parts import HEADING, Line, measured
from bench.aios_reference_mode import build_reference_mode
from bench.kernels import Peak, find_peak
from torch import Tensor

from inference.aios import build_aios
from inference.aios.config import RETURNED
from inference.aios.fast import FastAios
from inference.aios.fast.geometry import Geometry
from inference.aios.fast.graphs import Canvas, Canvases
from inference.aios.fast.people import pack_people
from inference.aios.preprocess import MEAN, STD
from kernels.deform_attn import deform_attn
from livemocap.messages import UInt8

PEOPLE = 10
FLAT_MB = 16
"""What the host's memory may grow by in all frames; the GPU's may not grow."""


@dataclass(frozen=True)
class Row:
    """One line: what was measured, and the bar it is held against."""

    what: str
    measured: str
    bar: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "met", False: "not met"}[self.met]
        return f"| {self.what} | {self.measured} | {self.bar} | {verdict} |"


class Bench:
    """Models and inputs of one run."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.device = torch.device(args.device)
        self.on_gpu = self.device.type == "cuda"
        self.height, self.width = args.size
        self.bgr = scene(self.height, self.width)
        self.images = normalised(self.bgr).to(self.device)
        self.padding = torch.zeros(1, *self.images.shape[-2:], dtype=torch.bool, device=self.device)
        self.live = cast(FastAios, self.built(fast=True))
        self.canvases = Canvases(self.live, self._look)

    def built(self, fast: bool, dtype: torch.dtype | None = None) -> torch.nn.Module:
        return build_aios(weights(), body_arrays(), self.device, fast, dtype)

    @torch.inference_mode()
    def canvas(self, batch: int) -> Canvas:
        """The network with `batch` images on it."""
        canvas = self.canvases.get(batch, *self.images.shape[-2:])
        canvas.images.copy_(self.images.expand_as(canvas.images))
        return canvas

    def in_turns(self, calls: dict[str, Call], host: bool = False) -> dict[str, Times]:
        """As asked for; with the host's clock if the calls wait for the GPU themselves."""
        device = torch.device("cpu") if host else self.device
        with torch.inference_mode():
            return in_turns(calls, self.args.repeats, device, self.args.warm_ups)

    def _look(self, images: Tensor, geometry: Geometry) -> Tensor:
        return pack_people(self.live.decode(images, geometry), self.live.heads, RETURNED)


def normalised(bgr: UInt8) -> Tensor:
    """(H, W, 3) to (1, 3, H, W), resized by nobody."""
    rgb = torch.from_numpy(bgr[..., ::-1].copy()).permute(2, 0, 1).float()
    mean, std = (torch.tensor(x)[:, None, None] for x in (MEAN, STD))
    return ((rgb - mean) / std)[None]


def modes(bench: Bench) -> Iterator[Row]:
    """The same images through every mode, bodies of all 100 people wherever the mode makes them."""
    calls = _mode_calls(bench)
    times = bench.in_turns(calls)
    for name, taken in times.items():
        cpu_s = sum(taken.cpu_ms) / len(taken.cpu_ms) / 1e3
        yield Row(name, f"{taken} ms" + ("" if bench.on_gpu else f", {cpu_s:.2f} s of CPU"))
    if not bench.on_gpu:
        yield Row("fast path, float16", "needs CUDA")
        yield Row("network, recorded", "needs CUDA", "<= 6 ms")
        yield _ratio(times, "plain path", "fast path, float32", 1.1)
        if not bench.args.skip_reference:
            yield _ratio(times, "reference mode", "fast path, float32", None)
            yield Row("reference mode / network, recorded", "needs CUDA", ">= 10")
        return
    network = times["network, recorded"]
    yield Row("network, recorded, p95", f"{network.p95_ms:.2f} ms")
    yield Row("network, recorded, median", f"{network.ms:.2f} ms", "<= 6 ms", network.ms <= 6)
    yield _ratio(times, "plain path", "network, recorded", None)
    for name in times:
        if name.startswith("reference mode"):
            yield _ratio(times, name, "network, recorded", 10)


def _mode_calls(bench: Bench) -> dict[str, Call]:
    inputs = bench.images, bench.padding
    calls: dict[str, Call] = {}

    def add(name: str, model: torch.nn.Module) -> None:
        calls[name] = lambda: model(*inputs)

    if not bench.args.skip_reference:
        arrays = weights(), body_arrays(), bench.device
        add("reference mode", build_reference_mode(*arrays))
        if bench.on_gpu:
            # the reference has a compiled kernel there, which ours stands in for
            compiled = build_reference_mode(*arrays, sample=deform_attn)
            add("reference mode, sampling fused", compiled)
    add("plain path", bench.built(fast=False))
    add("fast path, float32", bench.built(fast=True, dtype=torch.float32))
    if bench.on_gpu:
        add("fast path, float16", bench.live)
        calls["network, recorded"] = bench.canvas(1).result
    else:
        calls["network"] = bench.canvas(1).result
    return calls


def _ratio(times: dict[str, Times], slow: str, fast: str, bar: float | None) -> Row:
    wall, low, high = ratios(times[slow].wall_ms, times[fast].wall_ms)
    cpu, *_ = ratios(times[slow].cpu_ms, times[fast].cpu_ms)
    measured = f"{wall:.2f} ({low:.2f}-{high:.2f})"
    if fast.startswith("fast"):
        measured += f", of CPU time {cpu:.2f}"
    if bar is None:
        return Row(f"{slow} / {fast}", measured)
    return Row(f"{slow} / {fast}", measured, f">= {bar:g}", wall >= bar)


def streams(bench: Bench) -> Iterator[Row]:
    """From the bytes of an image to the PoseFrame that inference publishes."""
    raw, jpeg = (image_frame(bench.bgr, jpeg=jpeg) for jpeg in (False, True))
    one, ten = Stream(bench.live, 1), Stream(bench.live, PEOPLE)
    calls: dict[str, Call] = {
        "1 person": lambda: one.look(raw),
        f"{PEOPLE} people": lambda: ten.look(raw),
        "of JPEG": lambda: ten.look(jpeg),
    }
    times = bench.in_turns(calls, host=True)
    few, many = (len(stream.look(raw).scores) for stream in (one, ten))
    whole, with_jpeg = times[f"{PEOPLE} people"], times["of JPEG"]
    met = whole.ms <= 10 if bench.on_gpu else None
    bar = "<= 10 ms" if bench.on_gpu else "<= 10 ms on a GPU"
    yield Row(f"image bytes to PoseFrame, {many} people", f"{whole} ms", bar, met)
    yield Row("the same, p95", f"{whole.p95_ms:.2f} ms")
    yield Row("JPEG bytes to PoseFrame", f"{with_jpeg} ms")
    ratio, low, high = (100 * (r - 1) for r in ratios(whole.wall_ms, times["1 person"].wall_ms))
    yield Row(
        f"{many} people cost more than {few}",
        f"{ratio:+.1f} % ({low:+.1f} to {high:+.1f})",
        "<= 5 %" if bench.on_gpu else "<= 5 % on a GPU",
        ratio <= 5 if bench.on_gpu else None,
    )


def batches(bench: Bench) -> Iterator[Row]:
    """Images a second, one at a time and four at a time."""
    one, four = bench.canvas(1), bench.canvas(4)
    times = bench.in_turns({"1": one.result, "4": four.result})
    each = 1e3 / times["1"].ms, 4e3 / times["4"].ms
    yield Row("batch 1", f"{each[0]:.2f} images/s")
    ratio = each[1] / each[0]
    bar, met = (">= 2", ratio >= 2) if bench.on_gpu else (">= 2 on a GPU", None)
    yield Row("batch 4", f"{each[1]:.2f} images/s, {ratio:.2f} times batch 1", bar, met)


def frames(bench: Bench) -> Iterator[Row]:
    """Memory over many frames, after the first tenth of them."""
    stream, image = Stream(bench.live, PEOPLE), image_frame(bench.bgr, jpeg=False)
    count = bench.args.frames
    first = max(1, count // 10)
    for _ in range(first):
        stream.look(image)
    before = memory_mb(bench.device)
    for _ in range(count - first):
        stream.look(image)
    after = memory_mb(bench.device)
    host, gpu = (b - a for a, b in zip(before, after, strict=True))
    flat = host <= FLAT_MB and gpu <= 0
    yield Row(
        f"memory grew in {count} frames",
        f"host {host:+.1f} MB of {after[0]:.0f}, GPU {gpu:+.1f} MB of {after[1]:.0f}",
        f"<= {FLAT_MB} MB, 0 MB; 10000 frames",
        flat if count >= 10_000 and bench.on_gpu else None,
    )


def syncs(bench: Bench) -> Iterator[Row]:
    """Whether the host waits for the GPU between image and people."""
    what, bar = "host synchronisations inside the network", "none"
    if not bench.on_gpu:
        yield Row(what, "needs CUDA", bar)
        return
    geometry = bench.live.geometry(bench.padding, padded=False)

    def look() -> None:
        with torch.inference_mode():
            pack_people(bench.live.decode(bench.images, geometry), bench.live.heads, RETURNED)

    look()
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        look()
    except RuntimeError as error:
        yield Row(what, str(error).partition("\n")[0], bar, False)
    else:
        yield Row(what, "none", bar, True)
    finally:
        torch.cuda.set_sync_debug_mode("default")


SECTIONS = {
    "modes": modes,
    "streams": streams,
    "batches": batches,
    "frames": frames,
    "syncs": syncs,
}


def part_lines(bench: Bench, peak: Peak | None) -> Iterator[Line]:
    """Each part of the fast path, printed as it comes."""
    counted = build_aios(weights(), body_arrays(), "meta", True, bench.live.dtype)
    lines = measured(bench.live, cast(FastAios, counted), bench.images, PEOPLE, bench.args.repeats)
    print(f"\n{HEADING}", flush=True)
    for line in lines:
        print(line.row(peak, bench.live.dtype != torch.float32), flush=True)
        yield line


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, help="not needed; accepted as by all benchmarks")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--size", type=size_of, default=SIZE, help="HxW of the image")
    parser.add_argument("--repeats", type=int, help="50 on a GPU, 3 on a CPU")
    parser.add_argument("--warm-ups", type=int, help="5 on a GPU, 1 on a CPU")
    parser.add_argument("--threads", type=int, default=2, help="on a CPU")
    parser.add_argument("--frames", type=int, help="10000 on a GPU, 3 on a CPU")
    parser.add_argument("--only", nargs="+", choices=[*SECTIONS, "parts"], help="these sections")
    parser.add_argument("--skip-reference", action="store_true", help="without reference mode")
    parser.add_argument("--json", type=Path, help="write everything there")
    parser.add_argument("--bandwidth-gbs", type=float, help="peak; default by device name")
    parser.add_argument("--tflops-fp32", type=float, help="peak of the ordinary units")
    parser.add_argument("--tflops-half", type=float, help="peak of the tensor cores, dense")
    args = parser.parse_args()
    on_gpu = args.device == "cuda"
    if on_gpu and not torch.cuda.is_available():
        parser.error("no CUDA device; --device cpu measures what can be measured without one")
    args.repeats = args.repeats or (50 if on_gpu else 3)
    args.warm_ups = args.warm_ups or (5 if on_gpu else 1)
    args.frames = args.frames or (10_000 if on_gpu else 3)
    return args


def heading(args: argparse.Namespace) -> str:
    where = f"{args.threads} threads, load {os.getloadavg()[0]:.1f} at the start"
    if args.device == "cuda":
        where = torch.cuda.get_device_name()
    h, w = args.size
    return (
        f"{h}x{w}, {where}, PyTorch {torch.__version__}, {args.repeats} repeats: median (p10-p90)"
    )


def main() -> int:
    args = parse()
    torch.set_num_threads(args.threads)
    torch.backends.cuda.matmul.allow_tf32 = False
    wanted = args.only or [*SECTIONS, "parts"]
    print(f"{heading(args)}\n\n| | measured | bar | |\n|---|---|---|---|", flush=True)
    bench = Bench(args)
    rows: list[Row] = []
    for name, section in SECTIONS.items():
        for row in section(bench) if name in wanted else ():
            print(row, flush=True)
            rows.append(row)
    lines = list(part_lines(bench, find_peak(args))) if "parts" in wanted else []
    if args.json:
        parts = [
            {"part": x.name, "ms": x.times.wall_ms, "megabytes": x.megabytes, "gflop": x.gflop}
            for x in lines
        ]
        found = {"run": heading(args), "rows": [asdict(row) for row in rows], "parts": parts}
        args.json.write_text(json.dumps(found, indent=1))
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
