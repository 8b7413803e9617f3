# ruff: noqa: E402 - where to import from has to be said first
"""Every kernel against plain PyTorch at AiOS's sizes: parity first, then time, bytes and FLOP.

    python tests/bench/kernels.py                                # a GPU whose peaks are known
    python tests/bench/kernels.py --bandwidth-gbs 4800 --tflops-fp32 67 --tflops-half 989
    python tests/bench/kernels.py --device cpu --interpret       # only tries the script

Each call is captured in a CUDA graph and replayed (the network runs as one), after a write over
the L2 cache; what is reported is the median of --repeats replays, timed by CUDA events. A kernel
that does not match its reference is not timed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import kernel_cases
import torch
from kernel_cases import Case, Result
from torch import Tensor

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
TOLERANCE = {torch.float32: 3e-5, torch.float16: 1e-2, torch.bfloat16: 6e-2}
"""Largest error allowed, relative to the output's root mean square or its own size."""

FLUSH_BYTES = 512 << 20
"""Several times the L2 cache of any GPU below; writing it also hides the launch of the replay."""


@dataclass(frozen=True)
class Peak:
    """What a GPU can do at most, from its data sheet, without sparsity."""

    bandwidth_gbs: float
    tflops_fp32: float
    tflops_half: float


PEAKS = {  # by a part of the device's name
    "H200": Peak(4800, 67, 989),
    "H100 PCIe": Peak(2000, 51, 756),
    "H100": Peak(3350, 67, 989),
    "A100": Peak(2039, 19.5, 312),
    "RTX 4090": Peak(1008, 82.6, 165),
}


def main() -> int:
    args = parse()
    if args.interpret:
        os.environ["TRITON_INTERPRET"] = "1"
    torch.backends.cuda.matmul.allow_tf32 = False
    tiny = args.interpret or args.tiny
    sizes = kernel_cases.TINY if tiny else kernel_cases.NETWORK
    peak = find_peak(args)
    measure = Clock(args.repeats) if args.device == "cuda" else host_us
    print_heading(args, peak)
    failed = 0
    for case in kernel_cases.cases(sizes, args.device, [DTYPES[name] for name in args.dtype]):
        if args.kernel and case.kernel not in args.kernel:
            continue
        error = worst_error(case)
        failed += not error < TOLERANCE[case.dtype]  # NaN fails
        for line in rows(case, error, measure, peak):
            print(line, flush=True)
    print(f"\n{failed} cases do not match their reference" if failed else "\nall cases match")
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, help="not needed; accepted as by all benchmarks")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--interpret", action="store_true", help="tiny sizes, Triton interpreted")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes on a GPU")
    parser.add_argument("--dtype", nargs="+", choices=DTYPES, default=list(DTYPES))
    parser.add_argument("--kernel", nargs="+", help="only these, by folder name")
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--bandwidth-gbs", type=float, help="peak; default by device name")
    parser.add_argument("--tflops-fp32", type=float, help="peak of the ordinary units")
    parser.add_argument("--tflops-half", type=float, help="peak of the tensor cores, dense")
    args = parser.parse_args()
    if args.device == "cpu" and not args.interpret:
        parser.error(
            "--device cpu needs --interpret: Triton's kernels run on a CPU in no other way"
        )
    if args.device == "cuda" and args.interpret:
        parser.error("--interpret is for --device cpu")
    if args.device == "cuda" and not torch.cuda.is_available():
        parser.error("no CUDA device; --device cpu --interpret tries the script without one")
    return args


def find_peak(args: argparse.Namespace) -> Peak | None:
    """As given, else as known of the device, else None: then no fractions are printed."""
    name = torch.cuda.get_device_name() if args.device == "cuda" else ""
    known = next((peak for part, peak in PEAKS.items() if part in name), None)
    given = (args.bandwidth_gbs, args.tflops_fp32, args.tflops_half)
    if known is None:
        return Peak(*given) if all(given) else None
    fallback = (known.bandwidth_gbs, known.tflops_fp32, known.tflops_half)
    return Peak(*(mine or theirs for mine, theirs in zip(given, fallback, strict=True)))


def print_heading(args: argparse.Namespace, peak: Peak | None) -> None:
    if args.device == "cpu":
        print("interpreter: times mean nothing; this only shows that the script runs")
    else:
        print(f"{torch.cuda.get_device_name()}, {args.repeats} graph replays each, L2 overwritten")
    print(f"PyTorch {torch.__version__}, peaks: {peak or 'not known, see --help'}\n")
    print(
        "| kernel | size | dtype | error | fused us (p10-p90) | against | plain us | ratio "
        "| MB | GFLOP | of bandwidth | of compute |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")


def worst_error(case: Case) -> float:
    """Of the fused outputs and the plain ones against float64; NaN if any element is."""
    exact = [x.clone() for x in tensors(case.exact())]
    errors = []
    for call in (case.fused, *case.plain.values()):
        with unwritten_is_nan():
            outputs = list(tensors(call()))
        for output, wanted in zip(outputs, exact, strict=True):
            errors.append(error_of(output, wanted))
    return max(errors, key=lambda error: (error != error, error))


def error_of(output: Tensor, exact: Tensor) -> float:
    scale = exact.abs() + exact.square().mean().sqrt()
    return ((output.double() - exact).abs() / scale).max().item()


def tensors(result: Result) -> Iterator[Tensor]:
    outputs = (result,) if isinstance(result, Tensor) else result
    yield from (x for x in outputs if x is not None)


class unwritten_is_nan:  # noqa: N801 - reads as what it does in a with statement
    """Inside, what torch.empty returns is NaN."""

    def __enter__(self) -> None:
        torch.use_deterministic_algorithms(True, warn_only=True)

    def __exit__(self, *_: object) -> None:
        torch.use_deterministic_algorithms(False)


def rows(
    case: Case,
    error: float,
    measure: Callable[[Callable[[], object]], list[float]],
    peak: Peak | None,
) -> Iterator[str]:
    """A line of the table for every plain version."""
    dtype = str(case.dtype).partition(".")[2]
    start = f"| {case.kernel} | {case.size} | {dtype} | {error:.1e} |"
    if not error < TOLERANCE[case.dtype]:
        yield f"{start} DOES NOT MATCH | | | | | | | |"
        return
    fused_us = measure(case.fused)
    median_us = statistics.median(fused_us)
    low, *_, high = statistics.quantiles(fused_us, n=10) if len(fused_us) > 1 else (median_us,) * 2
    for name, plain in case.plain.items():
        plain_us = statistics.median(measure(plain))
        yield (
            f"{start} {median_us:.1f} ({low:.1f}-{high:.1f}) | {name} | {plain_us:.1f} "
            f"| {plain_us / median_us:.2f} | {case.bytes_moved / 1e6:.2f} | {case.flop / 1e9:.3f} "
            f"| {fractions(case, median_us, peak)} |"
        )


def fractions(case: Case, median_us: float, peak: Peak | None) -> str:
    if peak is None:
        return "- | -"
    seconds = median_us * 1e-6
    compute = peak.tflops_half if case.halves else peak.tflops_fp32
    of_bandwidth = case.bytes_moved / seconds / (peak.bandwidth_gbs * 1e9)
    return f"{of_bandwidth:.1%} | {case.flop / seconds / (compute * 1e12):.1%}"


def host_us(call: Callable[[], object]) -> list[float]:
    started_ns = time.perf_counter_ns()
    call()
    return [(time.perf_counter_ns() - started_ns) / 1e3]


class Clock:
    """Times a call on the GPU."""

    def __init__(self, repeats: int) -> None:
        self._repeats = repeats
        self._flush = torch.empty(FLUSH_BYTES, dtype=torch.int8, device="cuda")

    def __call__(self, call: Callable[[], object]) -> list[float]:
        """Microseconds of each replay."""
        graph = captured(call)
        events = [
            [torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(self._repeats)
        ]
        for start, end in events:
            self._flush.zero_()
            start.record()
            graph.replay()
            end.record()
        torch.cuda.synchronize()
        return [1e3 * start.elapsed_time(end) for start, end in events]


def captured(call: Callable[[], object]) -> torch.cuda.CUDAGraph:
    """The call as a graph, warmed up on a side stream as captures want it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    for _ in range(3):
        graph.replay()
    return graph


if __name__ == "__main__":
    sys.exit(main())
