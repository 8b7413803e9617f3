"""What every role's command shares: flags, settings, logging, the stop token."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livemocap.bus import Publisher, drain
from livemocap.config import NetworkConfig, Table, camera_ids, load, override, read_studio
from livemocap.lifecycle import StopToken, leave, stop_on_signals, stop_with_supervisor
from livemocap.log import setup_logging
from livemocap.metrics import MetricsCollector

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoleContext:
    """What a role was started with."""

    role: str
    args: argparse.Namespace
    tables: Table
    """studio.toml with the --set overrides applied: the effective config."""
    network: NetworkConfig
    stop: StopToken

    @property
    def camera_ids(self) -> list[str]:
        return camera_ids(self.tables)

    def metrics(self, camera: int = 0) -> MetricsCollector:
        """The collector of this role, publishing on its metrics port."""
        port_role, name = self.role, self.role
        if self.role == "capture":
            name = f"capture/{self.camera_ids[camera]}"
        return MetricsCollector(name, Publisher(self.network.metrics(port_role, camera)))


def add_role_arguments(parser: argparse.ArgumentParser) -> None:
    """studio.toml, --set, --supervised, --strict, --json-log."""
    parser.add_argument("studio", type=Path, help="studio.toml, see docs/getting-started.md")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="override one setting, for example tracking.max_lost_s=2",
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first bad frame")
    parser.add_argument("--json-log", action="store_true", help="log as JSON lines")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)


def run_role(args: argparse.Namespace, role: str, body: Callable[[RoleContext], int]) -> int:
    """Set up logging, settings and signals, then run `body` until it returns its exit code.

    Raises:
        ConfigError, BusError and the stages' own errors, for the command line to print.
    """
    setup_logging(role, as_json=args.json_log)
    tables = override(read_studio(args.studio), args.set)
    network = load(NetworkConfig, tables.get("network", {}), "network")
    stop = StopToken()
    stop_on_signals(stop)
    if args.supervised:
        stop_with_supervisor(stop)
    _LOG.debug("effective config: %s", tables)
    code = body(RoleContext(role, args, tables, network, stop))
    _LOG.info("stopped%s", f": {stop.reason}" if stop.reason else "")
    if args.supervised:
        drain()
        leave(code)  # the thread that watches stdin would hold up a normal exit
    return code
