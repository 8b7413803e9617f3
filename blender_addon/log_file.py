# SPDX-License-Identifier: GPL-3.0-or-later
"""What the add-on has to tell, also in a file: not every Blender has a terminal.

The file is made when there is something to write into it.
"""

from __future__ import annotations

import logging
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path

import bpy

LEVELS = ("WARNING", "INFO")
_NAME, _BYTES = "livemocap.log", 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_handlers: list[logging.Handler] = []


def path() -> Path:
    """Where it is: the add-on's own folder, or that for temporary files."""
    try:
        folder = bpy.utils.extension_path_user(_package(), create=True)
    except (ValueError, OSError):  # not installed as an extension, or not writable
        folder = tempfile.gettempdir()
    return Path(folder) / _NAME


def begin(level: str) -> None:
    """Write from now on.

    Args:
        level: of LEVELS; what is less important is left out.
    """
    end()
    in_file = RotatingFileHandler(path(), maxBytes=_BYTES, backupCount=1, delay=True)
    in_file.setFormatter(logging.Formatter(_FORMAT))
    _handlers.extend((in_file, logging.StreamHandler()))
    for handler in _handlers:
        _logger().addHandler(handler)
    set_level(level)


def set_level(level: str) -> None:
    """What is important enough from now on."""
    _logger().setLevel(level)


def end() -> None:
    """Write nothing more, and close the file."""
    for handler in _handlers:
        _logger().removeHandler(handler)
        handler.close()
    _handlers.clear()


def _logger() -> logging.Logger:
    return logging.getLogger(_package())


def _package() -> str:
    return __package__ or ""
