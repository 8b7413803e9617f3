"""Two clocks, told apart by echo over loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from capture import clock
from livemocap.bus import BusError, ControlServer
from livemocap.lifecycle import StopToken
from livemocap.messages import ControlReply, ControlRequest


@contextmanager
def serving(serve) -> Iterator[str]:
    stop = StopToken()
    with ControlServer("tcp://127.0.0.1:0") as server:
        thread = threading.Thread(target=serve, args=(server, stop))
        thread.start()
        yield server.endpoint
        stop.set("done")
        thread.join()


def test_a_host_agrees_with_itself() -> None:
    with serving(clock.serve_clock) as endpoint:
        found = clock.measure_offset(endpoint)
    assert abs(found.offset_ns) <= found.error_ns


def test_a_clock_that_is_ahead_is_found_within_the_stated_error() -> None:
    ahead_ns = 3_600_000_000_000

    def answer(_: ControlRequest) -> ControlReply:
        return ControlReply(ok=True, values={"t_ns": time.monotonic_ns() + ahead_ns})

    def serve(server: ControlServer, stop: StopToken) -> None:
        while not stop.is_set():
            server.serve(answer, 0.05)

    with serving(serve) as endpoint:
        found = clock.measure_offset(endpoint)
    assert abs(found.offset_ns - ahead_ns) <= found.error_ns


def test_who_answers_something_else_is_no_clock() -> None:
    def serve(server: ControlServer, stop: StopToken) -> None:
        while not stop.is_set():
            server.serve(lambda _: ControlReply(ok=False, message="no"), 0.05)

    with serving(serve) as endpoint, pytest.raises(BusError, match="no clock"):
        clock.measure_offset(endpoint, rounds=1)
