"""How far two hosts' monotonic clocks are apart, by echo.

Each host counts from its own boot. The asker sends its time, the other answers with its own; of
many rounds the fastest one bounds the error by half its round trip.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from livemocap.bus import BusError, ControlServer, request
from livemocap.lifecycle import StopToken
from livemocap.messages import ControlReply, ControlRequest

COMMAND = "clock.read"


class ClockOffset(NamedTuple):
    """`their time = our time + offset_ns`, give or take `error_ns`."""

    offset_ns: int
    error_ns: int


def answer_clock(asked: ControlRequest) -> ControlReply:
    """This host's clock, for whoever asks."""
    if asked.command != COMMAND:
        return ControlReply(ok=False, message=f"a clock does not know '{asked.command}'")
    return ControlReply(ok=True, values={"t_ns": time.monotonic_ns()})


def serve_clock(server: ControlServer, stop: StopToken) -> None:
    """Answer until the token is set."""
    while not stop.is_set():
        server.serve(answer_clock, 0.1)


def measure_offset(endpoint: str, rounds: int = 20) -> ClockOffset:
    """Ask the clock at `endpoint` so many times and keep the fastest answer.

    Raises:
        BusError: nobody answers there, or somebody who is no clock.
    """
    return min((_ask(endpoint) for _ in range(rounds)), key=lambda found: found.error_ns)


def _ask(endpoint: str) -> ClockOffset:
    before_ns = time.monotonic_ns()
    reply = request(endpoint, ControlRequest(command=COMMAND), 2.0)
    after_ns = time.monotonic_ns()
    theirs = reply.values.get("t_ns") if isinstance(reply, ControlReply) and reply.ok else None
    if not isinstance(theirs, int):
        raise BusError(f"{endpoint}: no clock answers there")
    return ClockOffset(theirs - (before_ns + after_ns) // 2, (after_ns - before_ns) // 2)
