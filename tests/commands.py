"""The `livemocap` command in processes of its own, and what the system says of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from livemocap.cli.ports import free_network
from livemocap.config import NetworkConfig, load


def livemocap(*arguments: object, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        _command(arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


@contextmanager
def started(
    *arguments: object, log: Path, script: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that goes on, its stderr in `log`; at the end of the block it is gone.

    Args:
        script: to run instead of livemocap itself.
    """
    command = _command(arguments)
    if script:
        command = [sys.executable, str(script), *map(str, arguments)]
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "livemocap", *map(str, arguments)]


def own_network(cameras: int = 1) -> tuple[NetworkConfig, list[str]]:
    """Ports that nobody uses, and the arguments that say so."""
    ports = free_network(cameras)
    sets = [f"--set=network.{name}={port}" for name, port in ports.items()]
    return load(NetworkConfig, ports, "network"), sets


def roles_below(pid: int) -> dict[str, int]:
    """Role to process id of the children of a `livemocap run` (Linux)."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if int(status[1]) == pid and "livemocap" in command:
            found[command[command.index("livemocap") + 1]] = int(folder.name)
    return found


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def listening(endpoint: str) -> bool:
    """Whether somebody accepts connections there."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def wait_until(done: Callable[[], object], timeout_s: float, what: str) -> float:
    """Seconds until `done`; fails the test when it takes longer than `timeout_s`."""
    started_s = time.monotonic()
    while not done():
        passed = time.monotonic() - started_s
        assert passed < timeout_s, f"{what}: not within {timeout_s:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - started_s


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """What Ctrl-C does: SIGINT for the whole process group."""
    os.killpg(process.pid, signal.SIGINT)
