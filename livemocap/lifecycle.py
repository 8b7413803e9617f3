"""How a livemocap process starts, runs and stops: signals, a dead supervisor, a clean loop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class StopToken:
    """Set once, by a signal, a vanished supervisor or the loop itself."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""

    def set(self, reason: str) -> None:
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        return self._event.wait(timeout_s)


def stop_on_signals(stop: StopToken) -> None:
    """SIGINT, SIGTERM (and CTRL_BREAK on Windows) set the token; a second SIGINT ends at once."""

    def handle(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            os._exit(130)
        stop.set(signal.Signals(number).name)

    names = ("SIGINT", "SIGTERM", "SIGBREAK")
    for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
        signal.signal(number, handle)


def stop_with_supervisor(stop: StopToken, grace_s: float = 3.0) -> None:
    """Set the token when stdin closes, as it does when the supervisor dies, however it dies.

    A process that is stuck (in a driver, a native call) is ended after `grace_s`.
    """

    def watch() -> None:
        # the raw descriptor: a thread inside sys.stdin's lock would block interpreter exit
        while os.read(0, 4096):
            pass
        stop.set("the supervisor asked to, or is gone")
        time.sleep(grace_s)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()


def run_loop(
    step: Callable[[], bool | None],
    stop: StopToken,
    *,
    strict: bool = False,
    expected: tuple[type[Exception], ...] = (),
    plain: tuple[type[Exception], ...] = (),
) -> int:
    """Call `step` until the token is set or it returns False; survive bad frames.

    Errors are counted and logged once a second; with `strict` the first one ends the loop.
    `expected` errors always end it, as they say that going on is pointless. `plain` ones say all
    there is to say: no traceback.

    Returns:
        How many steps failed.
    """
    failed, quiet_until = 0, 0.0
    while not stop.is_set():
        try:
            if step() is False:
                break
        except expected:
            raise
        except Exception as error:
            if strict:
                raise
            failed += 1
            if time.monotonic() >= quiet_until:
                trace = None if isinstance(error, plain) else error
                _LOG.error("step failed (%d so far): %s", failed, error, exc_info=trace)
                quiet_until = time.monotonic() + 1.0
    return failed


def leave(code: int) -> None:
    """Flush and end the process now; native libraries that hang at exit get no chance."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)
