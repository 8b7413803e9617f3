"""One line at the terminal that says how a running studio fares, renewed once a second."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from livemocap.bus import METRICS, NewestSubscriber
from livemocap.config import NetworkConfig
from livemocap.messages import Metrics

from .progress import duration


class StatusLine:
    """Listens to the roles' metrics; prints only where stderr is a terminal."""

    def __init__(self, network: NetworkConfig, cameras: Sequence[str]) -> None:
        self._live = sys.stderr.isatty()
        roles = [network.metrics(name) for name in ("infer", "track", "record")]
        captures = [network.metrics("capture", i) for i in range(len(cameras))]
        self._metrics = NewestSubscriber([*roles, *captures], [METRICS])
        self._values: dict[str, dict[str, Any]] = {}
        self._shown_s = 0.0
        self._started_s = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()
        self._metrics.close()

    def update(self) -> None:
        """Take in what came, for about 0.1 s, and renew the line when a second has passed."""
        found = self._metrics.poll(0.1)
        if found and isinstance(found[1], Metrics):
            self._values[found[1].role] = found[1].values
        if self._live and time.monotonic() - self._shown_s >= 1.0:
            self._shown_s = time.monotonic()
            self._clear()
            sys.stderr.write(self._fit(status_text(self._values)))
            sys.stderr.flush()

    def print_above(self, line: str) -> None:
        """A log line, with the status line moved below it."""
        self._clear()
        print(line, file=sys.stderr, flush=True)
        self._shown_s = 0.0

    def _fit(self, text: str) -> str:
        return text[: shutil.get_terminal_size().columns - 1]

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write(f"\r{' ' * (shutil.get_terminal_size().columns - 1)}\r")


def status_text(values: dict[str, dict[str, Any]]) -> str:
    """People, rate, age of what leaves, losses, recording; `starting` before anything came."""
    track = values.get("track")
    if not track or not track.get("frames"):
        waiting = [name for name in ("infer", "track") if name not in values]
        return f"starting ({', '.join(waiting)})" if waiting else "waiting for images"
    parts = [
        f"{track.get('people', 0)} people",
        f"{track.get('age_ms_hz', 0):.0f} fps",
        f"age {track.get('age_ms_p50', 0):.0f} ms (p95 {track.get('age_ms_p95', 0):.0f})",
    ]
    record = values.get("record", {})
    if track.get("gaps"):  # not a loss: the engine takes the newest image when it is free
        parts.append(f"{track['gaps']} images skipped")
    lost = int(record.get("gaps", 0)) + sum(int(of.get("failed", 0)) for of in values.values())
    if lost:
        parts.append(f"{lost} frames lost")
    if record.get("state") == "recording":
        name = Path(str(record.get("file", ""))).name
        parts.append(f"recording {name} {duration(float(record.get('seconds', 0)))}")
    elif record.get("note"):
        parts.append(str(record["note"]))
    return ", ".join(parts)
