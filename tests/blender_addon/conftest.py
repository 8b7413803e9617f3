"""Publishers: one in a process of its own, as in life, and one in the test with a receiver."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blender_addon.stream.receiver import Receiver
from livemocap.bus import Publisher

Start = Callable[..., subprocess.Popen[str]]
_SCRIPT = Path(__file__).parents[1] / "track_stream.py"


@pytest.fixture(scope="module")
def start_publisher() -> Iterator[Start]:
    """Start track_stream.py; its first line of output is where it publishes."""
    started: list[subprocess.Popen[str]] = []

    def start(endpoint: str = "tcp://127.0.0.1:0", *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(_SCRIPT), endpoint, *options]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def publisher_endpoint(start_publisher: Start) -> str:
    process = start_publisher()
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher("tcp://127.0.0.1:0") as publisher:
        yield publisher


@pytest.fixture
def receiver(publisher: Publisher) -> Iterator[Receiver]:
    receiver = Receiver(publisher.endpoint)
    publisher.wait_for_subscribers(1, 5.0)
    yield receiver
    receiver.close()
