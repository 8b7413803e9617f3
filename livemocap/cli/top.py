"""`livemocap top`: what every running role does, renewed once a second."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from livemocap.bus import METRICS, BusError, NewestSubscriber
from livemocap.config import METRICS_ROLES, NetworkConfig, camera_ids, load, override, read_studio
from livemocap.messages import Metrics

_EXAMPLE = """examples:
  livemocap top
  livemocap top studio.toml --once --json
"""
_CAMERAS_WITHOUT_STUDIO = 5
"""As many capture ports are listened to when no studio.toml says how many cameras there are."""
_FORGET_S = 4.0
_COLUMNS = ("fps", "age_ms_p50", "age_ms_p95", "people", "frames")
_TITLES = ("role", "fps", "age p50", "age p95", "people", "frames", "more")


def add_top(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "top",
        help="rates and latencies of the running roles",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("studio", type=Path, nargs="?", help="studio.toml, for its ports")
    parser.add_argument("--once", action="store_true", help="print once and leave")
    parser.add_argument("--json", action="store_true", help="one JSON object a second")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.set_defaults(run=top)


def top(args: argparse.Namespace) -> int:
    tables = override(read_studio(args.studio) if args.studio else {}, args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    with NewestSubscriber(_endpoints(network, len(camera_ids(tables))), [METRICS]) as metrics:
        seen: dict[str, tuple[float, Metrics]] = {}
        _listen(metrics, seen, 2.2)
        if not seen:
            raise BusError(
                f"nobody sends metrics on port {network.metrics_port} and on. "
                "Is `livemocap run` up?"
            )
        while True:
            _print(seen, args.json, clear=not args.once)
            if args.once:
                return 0
            _listen(metrics, seen, 1.0)


def _endpoints(network: NetworkConfig, cameras: int) -> list[str]:
    roles = [network.metrics(name) for name in METRICS_ROLES if name != "capture"]
    count = cameras or _CAMERAS_WITHOUT_STUDIO
    return roles + [network.metrics("capture", index) for index in range(count)]


def _listen(
    metrics: NewestSubscriber, seen: dict[str, tuple[float, Metrics]], seconds: float
) -> None:
    """Collect what comes; forget who has been silent for long."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        found = metrics.poll(left)
        if found and isinstance(found[1], Metrics):
            seen[found[1].role] = (time.monotonic(), found[1])
    for role in [r for r, (t, _) in seen.items() if time.monotonic() - t > _FORGET_S]:
        del seen[role]


def _print(seen: dict[str, tuple[float, Metrics]], as_json: bool, clear: bool) -> None:
    values = {role: message.values for role, (_, message) in sorted(seen.items())}
    if as_json:
        print(json.dumps(values), flush=True)
        return
    if clear and sys.stdout.isatty():
        print("\033[H\033[J", end="")
    print("\n".join(table(values)), flush=True)


def table(values: dict[str, dict[str, Any]]) -> list[str]:
    """A line for each role; what has no column of its own stands at the end."""
    rows = [_TITLES, *(_row(role, of) for role, of in values.items())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_TITLES) - 1)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:], strict=True)]
            + [row[-1]]
        ).rstrip()
        for row in rows
    ]


def _row(role: str, values: dict[str, Any]) -> tuple[str, ...]:
    rest = dict(values)
    rate = rest.pop("fps", None)
    rate = rest.pop("age_ms_hz", None) if rate is None else rate
    cells = [rate, *(rest.pop(name, None) for name in _COLUMNS[1:])]
    more = [
        f"{name}={_cell(value)}"
        for name, value in sorted(rest.items())
        if value not in (0, "", None) and not name.endswith("_hz")
    ]
    return (role, *map(_cell, cells), " ".join(more))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
