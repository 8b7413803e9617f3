"""Counters, rates and latency percentiles of one process, published once a second."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import numpy as np

from livemocap.bus import METRICS, Publisher
from livemocap.messages import Metrics


class MetricsCollector:
    """What one process did lately.

    Args:
        role: `capture/cam0`, `infer`, `track`, `record`.
        publisher: where to send; None keeps them to itself.
        window_s: how far back rates and percentiles look.
    """

    def __init__(
        self, role: str, publisher: Publisher | None = None, window_s: float = 2.0
    ) -> None:
        self.role = role
        self._publisher = publisher
        self._window_ns = int(window_s * 1e9)
        self._counters: dict[str, float] = {}
        self._states: dict[str, Any] = {}
        self._samples: dict[str, deque[tuple[int, float]]] = {}
        self._next_ns = time.monotonic_ns() + 1_000_000_000

    def count(self, name: str, amount: float = 1) -> None:
        self._counters[name] = self._counters.get(name, 0) + amount

    def set(self, name: str, value: Any) -> None:
        """A state or a counter kept elsewhere."""
        self._states[name] = value

    def sample(self, name: str, value: float) -> None:
        """One measurement; p50, p95 and the rate over the window are reported."""
        self._samples.setdefault(name, deque(maxlen=2000)).append((time.monotonic_ns(), value))

    def snapshot(self) -> Metrics:
        now = time.monotonic_ns()
        values: dict[str, Any] = {**self._counters, **self._states}
        for name, samples in self._samples.items():
            recent = [value for t, value in samples if now - t <= self._window_ns]
            values[f"{name}_p50"], values[f"{name}_p95"] = percentiles(recent)
            values[f"{name}_hz"] = round(len(recent) * 1e9 / self._window_ns, 2)
        return Metrics(role=self.role, t_ns=now, values=values)

    def publish_if_due(self) -> None:
        """Send a snapshot if a second has passed since the last."""
        now = time.monotonic_ns()
        if now < self._next_ns:
            return
        self._next_ns = now + 1_000_000_000
        if self._publisher:
            self._publisher.send(f"{METRICS}/{self.role}", self.snapshot())


def percentiles(values: list[float]) -> tuple[float, float]:
    """p50 and p95, rounded to 0.01; 0 for none."""
    if not values:
        return 0.0, 0.0
    p50, p95 = np.percentile(values, [50, 95])
    return round(float(p50), 2), round(float(p95), 2)
