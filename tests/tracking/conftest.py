"""What tests of the two roles share."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from livemocap.config import NetworkConfig

StudioFile = Callable[[str], tuple[Path, NetworkConfig]]


@pytest.fixture
def studio_file(tmp_path: Path) -> StudioFile:
    """Writes a studio.toml on ports that are free; `[network]` is put in or added to."""

    def write(text: str) -> tuple[Path, NetworkConfig]:
        roles = ("pose", "track", "metrics", "control", "people")
        ports = dict(zip(roles, _free_ports(len(roles)), strict=True))
        lines = "".join(f"{name}_port = {port}\n" for name, port in ports.items())
        head, found, rest = text.partition("[network]\n")
        path = tmp_path / "studio.toml"
        path.write_text(f"{head}[network]\n{lines}{rest}" if found else f"[network]\n{lines}{text}")
        return path, NetworkConfig(**{f"{name}_port": port for name, port in ports.items()})

    return write


def _free_ports(count: int) -> list[int]:
    """The first of runs of ten free ports each."""
    found: list[int] = []
    base = 20000 + (id(found) >> 4) % 20000
    while len(found) < count:
        base += 16
        if all(_is_free(base + k) for k in range(10)):
            found.append(base)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
