"""The `livemocap` command: finds the command that was asked for and reports what went wrong.

A class of exception that one of our packages defines speaks to the user: one line, exit code 2.
Any other exception is a bug and keeps its traceback.
"""

from __future__ import annotations

import argparse
import difflib
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from livemocap import __version__

from .commands import COMMANDS

OUR_PACKAGES = (
    "livemocap", "capture", "inference", "tracking", "retarget", "kernels", "blender_addon"
)  # fmt: skip
EXIT_USER_ERROR, EXIT_INTERRUPTED = 2, 130

_EPILOG = """examples:
  livemocap demo                          see it work
  livemocap run --camera 0 --record       capture, watch, record
  livemocap video clip.mp4 -o out/clip    the same from a video file
  livemocap COMMAND --help                everything about one command
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):  # names in letters that Windows' pipes do not have
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else "--help"
    if name not in COMMANDS:
        return _without_command(name)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(name, arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `livemocap top | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ImportError as error:
        return _missing(name, error)
    except Exception as error:
        if not is_for_user(error):
            raise
        return fail(str(error), getattr(error, "exit_code", EXIT_USER_ERROR))


def fail(message: str, code: int = EXIT_USER_ERROR) -> int:
    """Print the one line that says what went wrong; returns `code`."""
    print(f"livemocap: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


def is_for_user(error: BaseException) -> bool:
    """Whether its class is ours: such an error says what to do about it."""
    return type(error).__module__.partition(".")[0] in OUR_PACKAGES


def _run(name: str, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="livemocap")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    COMMANDS[name].add_to(commands)
    args = parser.parse_args(arguments)
    return args.run(args)


def _without_command(name: str) -> int:
    if name in ("-V", "--version"):
        print(f"livemocap {__version__}")
        return 0
    if name in ("-h", "--help", "help"):
        print(_overview())
        return 0
    close = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
    hint = f"did you mean '{close[0]}'?" if close else "`livemocap --help` lists all commands"
    return fail(f"unknown command '{name}': {hint}")


def _overview() -> str:
    lines = [f"  {name:<12}  {command.help}" for name, command in COMMANDS.items()]
    return "\n".join(
        ["usage: livemocap COMMAND [options]", "", "commands:", *lines, "", _EPILOG.rstrip()]
    )


def _interrupt(_number: int, _frame: object) -> None:
    """SIGTERM ends a command as Ctrl-C does: children stopped, nothing half-written."""
    raise KeyboardInterrupt


def _missing(name: str, error: ImportError) -> int:
    """A library that pip brings, or one of the system that such a library needs."""
    if "shared object file" in str(error) or "DLL load failed" in str(error):
        return fail(f"`livemocap {name}`: {error}. `livemocap doctor` says what to install.")
    module = (error.name or str(error)).partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or module in OUR_PACKAGES:
        raise error
    return fail(
        f'`livemocap {name}` needs {module}: pip install "livemocap[{COMMANDS[name].extra}]"'
    )
