"""Timing of calls that are to be compared: taken in turns, in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

Call = Callable[[], object]


@dataclass
class Times:
    """One call's repeats."""

    wall_ms: list[float] = field(default_factory=list)
    """On a GPU by events on its stream, else by the clock."""
    cpu_ms: list[float] = field(default_factory=list)
    """Of all threads of this process; what other programs do hardly shows in it."""

    @property
    def ms(self) -> float:
        return statistics.median(self.wall_ms)

    @property
    def p95_ms(self) -> float:
        return percentile(self.wall_ms, 95)

    def __str__(self) -> str:
        low, high = (percentile(self.wall_ms, p) for p in (10, 90))
        return f"{self.ms:.2f} ({low:.2f}-{high:.2f})"


def percentile(values: list[float], percent: int) -> float:
    """By linear interpolation."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def ratios(slow: list[float], fast: list[float]) -> tuple[float, float, float]:
    """Median, least and greatest ratio of the repeats that were taken one after the other."""
    each = [a / b for a, b in zip(slow, fast, strict=True)]
    return statistics.median(each), min(each), max(each)


def in_turns(
    calls: Mapping[str, Call], repeats: int, device: torch.device, warm_ups: int = 1
) -> dict[str, Times]:
    """Every call once, then every call once more, and so on."""
    for _ in range(warm_ups):
        for call in calls.values():
            call()
    times = {name: Times() for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            _time(call, times[name], device)
    return times


def _time(call: Call, times: Times, device: torch.device) -> None:
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    if device.type == "cuda":
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize(device)
        start.record()
        call()
        end.record()
        end.synchronize()
        times.wall_ms.append(start.elapsed_time(end))
    else:
        call()
        times.wall_ms.append(1e3 * (time.perf_counter() - started_s))
    times.cpu_ms.append(1e3 * (time.process_time() - started_cpu_s))


def recorded(call: Call) -> Call:
    """The call as a CUDA graph's replay, warmed up on a side stream as recordings want it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay
