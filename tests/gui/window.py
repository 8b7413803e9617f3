"""A Blender with a window on a screen that nobody sees: ask it, click it, photograph it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_ANSWER_S = 180.0
"""How long anything may take before it is called broken; a second, where nothing else runs."""

_DRAWN = "'watch' in globals() and [(name, watch.texts(name)) for name in watch.drawn]"
"""What the panels show, for those who look why something did not come."""


class BlenderWindow:
    """Made by `opened`."""

    def __init__(self, display: str, folder: Path, stream: Any, log: Path) -> None:
        self.folder = folder
        """A folder that Blender sees as /tmp/NAME."""
        self.log = log
        self._display = display
        self._stream = stream
        self._forgotten = 0
        self.pressed = 0
        """How often a mouse button or a key was pressed."""

    def inside(self, path: Path) -> str:
        """What Blender calls a file of `folder`."""
        return f"/tmp/{self.folder.name}/{path.relative_to(self.folder)}"

    def ask(self, code: str) -> Any:
        """Run code on Blender's main thread; the value of its last line, as JSON has it."""
        self._stream.write(json.dumps({"code": textwrap.dedent(code)}) + "\n")
        self._stream.flush()
        answer = json.loads(self._stream.readline() or '{"error": "Blender is gone"}')
        assert "error" not in answer, f"{answer['error']}\n{self.said()[-3000:]}"
        return answer["value"]

    def wait_for(self, expression: str, timeout_s: float = _ANSWER_S) -> None:
        deadline = time.monotonic() + timeout_s
        while not self.ask(expression):
            assert time.monotonic() < deadline, (
                f"{expression}\n{self.ask(_DRAWN)}\n{self.said()[-3000:]}"
            )
            time.sleep(0.05)

    def settle(self, draws: int = 2) -> None:
        """Wait until the window has been drawn so often from now on."""
        self.ask("asked_draws = drawn[0]; [a.tag_redraw() for a in view()['window'].screen.areas]")
        for wanted in range(1, draws + 1):
            self.wait_for(f"drawn[0] >= asked_draws + {wanted}")
            self.ask("[a.tag_redraw() for a in view()['window'].screen.areas]")

    def point(self, x: int, y: int) -> None:
        """Put the mouse there, from the window's upper left."""
        self._xdotool("mousemove", x, y)

    def click(self, x: int, y: int) -> None:
        self.point(x, y)
        time.sleep(0.1)
        self._xdotool("click", 1)
        self.pressed += 1

    def key(self, name: str) -> None:
        self._xdotool("key", name)
        self.pressed += 1

    def move_window(self, title: str) -> None:
        """Put a further window of Blender's to the upper left, where all of it is on the screen."""
        self._xdotool("search", "--sync", "--name", title, "windowmove", 0, 0)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.point(*start)
        time.sleep(0.2)
        self._xdotool("mousedown", 1)
        for part in (0.25, 0.5, 0.75, 1.0):
            self.point(*(round(a + part * (b - a)) for a, b in zip(start, end, strict=True)))
            time.sleep(0.1)
        self._xdotool("mouseup", 1)

    def photograph(self, path: Path, crop: tuple[int, int, int, int] | None = None) -> Path:
        """The screen as a PNG. Blender's own pictures of its window are black.

        Args:
            crop: x, y, width, height from the upper left.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        command = ["import", "-display", self._display, "-window", "root"]
        if crop:
            x, y, width, height = crop
            command += ["-crop", f"{width}x{height}+{x}+{y}", "+repage"]
        subprocess.run([*command, f"png:{path}"], check=True)
        return path

    def said(self) -> str:
        """What Blender has written to its output since `forget`."""
        return self.log.read_text(errors="replace")[self._forgotten :]

    def forget(self) -> None:
        """Errors so far were another test's."""
        self._forgotten += len(self.said())

    def require_no_error(self) -> None:
        """No exception of Python's was shown."""
        assert "Traceback" not in self.said(), self.said()

    def _xdotool(self, *words: object) -> None:
        subprocess.run(
            ["xdotool", *map(str, words)],
            env={**os.environ, "DISPLAY": self._display},
            check=True,
        )


@contextmanager
def opened(root: Path, width: int = 1600, height: int = 900) -> Iterator[BlenderWindow]:
    """A fresh Blender, without the splash.

    Args:
        root: the folder that blender_chroot.sh made.
    """
    folder = Path(tempfile.mkdtemp(prefix="livemocap-", dir=root / "tmp"))
    shutil.copy(HERE / "in_blender.py", folder)
    log = folder / "blender.log"
    with (
        _screen(width, height) as display,
        socket.create_server(("127.0.0.1", 0)) as server,
        log.open("wb") as output,
    ):
        inside = f"/tmp/{folder.name}"
        command = [str(HERE / "enter_chroot.sh"), str(root), "env"]
        command += [
            f"DISPLAY={display}",
            f"BLENDER_USER_RESOURCES={inside}/user",
            f"TMPDIR={inside}",
            "HOME=/home/you",
            "LC_ALL=C.UTF-8",
        ]
        command += ["blender", "--factory-startup", "--window-geometry", "0", "0"]
        command += [str(width), str(height), "--python", f"{inside}/in_blender.py"]
        command += ["--", str(server.getsockname()[1])]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            connection = _called(server, process, log)
            with connection, connection.makefile("rw") as stream:
                window = BlenderWindow(display, folder, stream, log)
                _prepare(window)
                yield window
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(folder)


def _called(server: socket.socket, process: subprocess.Popen[bytes], log: Path) -> socket.socket:
    """The connection that Blender opens once it is up."""
    server.settimeout(1.0)
    for _ in range(round(_ANSWER_S)):
        try:
            connection, _ = server.accept()
        except TimeoutError:
            assert process.poll() is None, log.read_text(errors="replace")
        else:
            connection.settimeout(_ANSWER_S)
            return connection
    raise AssertionError(f"Blender does not come up:\n{log.read_text(errors='replace')}")


def _prepare(window: BlenderWindow) -> None:
    """A count of how often the 3D view was drawn, and its sidebar with it."""
    window.ask(
        """
        drawn = [0]
        def count():
            drawn[0] += 1
        bpy.types.SpaceView3D.draw_handler_add(count, (), "WINDOW", "POST_PIXEL")
        """
    )


@contextmanager
def _screen(width: int, height: int) -> Iterator[str]:
    """An X server without a screen of glass; its name."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24"]
    process = subprocess.Popen(
        [*command, "+extension", "GLX"], pass_fds=[writer], stderr=subprocess.DEVNULL
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as display:
            yield f":{display.readline().strip()}"
    finally:
        process.kill()
        process.wait()
