"""Ports of loopback that nobody listens on."""

from __future__ import annotations

import random
import socket

from livemocap.bus import BusError
from livemocap.config import METRICS_ROLES, Table

_FIRST, _LAST = 20_000, 32_000  # below what operating systems hand out by themselves


def is_free(port: int) -> bool:
    """Whether nobody listens on `port` of this machine's loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_network(cameras: int = 1) -> Table:
    """A `[network]` table of ports that are free now, so that a run disturbs no other run."""
    sizes = {
        "image_port": cameras,
        "pose_port": cameras,
        "track_port": 1,
        "metrics_port": len(METRICS_ROLES) + cameras,
        "control_port": 1,
        "people_port": 1,
    }
    for _ in range(200):
        first = random.randrange(_FIRST, _LAST)
        if all(is_free(first + i) for i in range(sum(sizes.values()))):
            ports = {}
            for name, size in sizes.items():
                ports[name] = first
                first += size
            return ports
    raise BusError("no free ports on 127.0.0.1 between 20000 and 32000")
