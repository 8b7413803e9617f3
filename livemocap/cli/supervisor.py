"""Starts the roles as child processes and makes sure that they live and die together.

A child's stdin is a pipe from here: when it closes, because we closed it or because we died,
the child leaves. Children stand in process groups of their own, so that Ctrl-C reaches us alone
and everybody stops in good order.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

GRACE_S = 2.5
"""How long children may take to leave before they are killed; the whole takes less than 3 s."""
_EACH_S = 0.5
"""How long one child may hold up the next."""
_ARRIVAL_S = 0.06
"""What a process sent last is with its readers by then."""

_ERROR = re.compile(r"livemocap: error: (.*)")
_SERIOUS = re.compile(r"^(\d\d:\d\d:\d\d \S+ +(WARNING|ERROR|CRITICAL) |livemocap: )")


class ChildFailed(Exception):  # noqa: N818 - what happened, not a mistake of ours
    """A child ended with an error, and so does the whole run."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Child:
    """One child: a name for logs, and the command line after `python -m`."""

    name: str
    arguments: tuple[str, ...]
    module: str = "livemocap"
    vital: bool = True
    """Whether the others come down when it fails; a preview may."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", self.module, *self.arguments]


def role(name: str, studio: Path, *options: str, label: str = "") -> Child:
    """`livemocap NAME studio.toml --supervised OPTIONS`, what one would type."""
    return Child(label or name, (name, str(studio), "--supervised", *options))


Echo = Callable[[str], None]


def echo_all(line: str) -> None:
    """Pass a child's log line on to our stderr."""
    print(line, file=sys.stderr, flush=True)


def echo_serious(line: str) -> None:
    """Pass on warnings and errors only; the rest is in the log folder."""
    if _SERIOUS.match(line):
        echo_all(line)


class _Running:
    """A started child and the thread that reads its log."""

    def __init__(self, child: Child, log_folder: Path | None, echo: Echo) -> None:
        self.child = child
        self.echo = echo
        self._recent: deque[str] = deque(maxlen=40)
        self._log = (log_folder / f"{child.name.replace('/', '_')}.log") if log_folder else None
        self.process = subprocess.Popen(
            child.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._pump = threading.Thread(target=self._read_log, name=child.name, daemon=True)
        self._pump.start()

    def hang_up(self) -> None:
        """Close its stdin, which asks it to leave."""
        with contextlib.suppress(OSError):
            self._stdin.close()

    def wait(self, timeout_s: float) -> None:
        """Until it has left and what it sent has arrived, or time is up."""
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, timeout_s))
                time.sleep(_ARRIVAL_S)

    def end(self) -> None:
        """Kill it if it is still there, and read its log to the end."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._pump.join(1.0)

    def failure(self) -> ChildFailed:
        """What to tell the user, once it has ended badly."""
        self._pump.join(1.0)
        code = self.process.returncode
        told = [found[1] for line in self._recent if (found := _ERROR.search(line))]
        if told:
            return ChildFailed(told[-1], code)
        if code < 0:
            what = f"{self.child.name} was killed ({_signal_name(-code)})"
            return ChildFailed(what, 128 - code)
        if self._log:  # nobody has seen its traceback yet
            echo_all("\n".join(self._recent))
        last = next((line for line in reversed(self._recent) if line.strip()), "no message")
        return ChildFailed(f"{self.child.name} ended with code {code}: {last}", code)

    @property
    def _stdin(self) -> IO[str]:
        assert self.process.stdin
        return self.process.stdin

    def _read_log(self) -> None:
        assert self.process.stderr
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(self._log.open("w", encoding="utf-8")) if self._log else None
            for raw in self.process.stderr:
                line = raw.rstrip("\n")
                self._recent.append(line)
                if file:
                    print(line, file=file, flush=True)
                if not _ERROR.search(line):  # that one becomes our own last line
                    self.echo(line)


class Supervisor:
    """Runs children until they are through, or until one fails.

    Args:
        children: started in this order.
        log_folder: gets one log file for each child.
        echo: what to do with each line of their logs.

    As a context manager it leaves no child behind, whatever ends the block.
    """

    def __init__(
        self, children: Sequence[Child], log_folder: Path | None = None, echo: Echo = echo_all
    ) -> None:
        self._children = children
        self._log_folder = log_folder
        self._echo = echo
        self._running: list[_Running] = []

    def __enter__(self) -> Self:
        if self._log_folder:
            self._log_folder.mkdir(parents=True, exist_ok=True)
        for child in self._children:
            self._running.append(_Running(child, self._log_folder, self._echo))
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int]:
        return {running.child.name: running.process.pid for running in self._running}

    def check(self) -> bool:
        """Whether any vital child still runs.

        Raises:
            ChildFailed: one ended with an error, or was killed.
        """
        codes = [running.process.poll() for running in self._running]
        # the first to fail with a message is the cause; others fail because it is gone
        failed = [r for r, code in zip(self._running, codes, strict=True) if code and r.child.vital]
        if failed:
            self._only_serious()
            raise failed[0].failure()
        return any(
            code is None and r.child.vital for r, code in zip(self._running, codes, strict=True)
        )

    def wait(self, each: Callable[[], object] = lambda: time.sleep(0.1)) -> None:
        """Until all children are through, or `each` says True; it should take about 0.1 s.

        Raises:
            ChildFailed: as `check`.
        """
        while self.check() and each() is not True:
            pass

    def has_left(self, name: str) -> bool:
        """Whether every child whose name begins so has come to its end."""
        return all(
            running.process.poll() is not None
            for running in self._running
            if running.child.name.startswith(name)
        )

    def _only_serious(self) -> None:
        """Let the reason be the last line, not what the others say when they leave."""
        for running in self._running:
            running.echo = echo_serious

    def stop(self) -> None:
        """Ask every child to leave, the last started first, and kill those that do not.

        Who speaks leaves before who listens, so that the recorder gets what is on its way.
        """
        deadline = time.monotonic() + GRACE_S
        try:
            for running in reversed(self._running):
                running.hang_up()
                running.wait(_EACH_S)
            for running in self._running:
                running.wait(deadline - time.monotonic())
        finally:  # also when a second Ctrl-C says that this takes too long
            for running in self._running:
                running.end()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
