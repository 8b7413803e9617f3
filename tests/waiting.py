"""Waiting for what another thread is about to do."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(done: Callable[[], object], timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)
