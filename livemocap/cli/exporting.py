"""The take's people as BVH and FBX, and their armatures as Blender shows them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


class NotMade(Exception):  # noqa: N818 - the rest of a run goes on without it
    """One of the results cannot be made of this take, or not on this machine."""


def export_people(take: Path, kind: str, folder: Path) -> list[Path]:
    """One `kind` file for everybody.

    Raises:
        NotMade: nobody was tracked.
    """
    from retarget.errors import RetargetError
    from retarget.export import export_take

    try:
        return export_take(take, [kind], None, None, folder)
    except RetargetError as error:
        raise NotMade(str(error)) from None


def has_blender() -> bool:
    """Whether Blender's module is installed; it is not imported."""
    return importlib.util.find_spec("bpy") is not None


def require_blender() -> None:
    """Raises NotMade, with what to install."""
    if not has_blender():
        supported = sys.version_info[:2] == (3, 11)
        raise NotMade(
            'Blender\'s module is missing: pip install "livemocap[blender]"'
            if supported
            else "Blender's module exists for Python 3.11 only"
        )


def draw_armatures(take: Path, path: Path) -> None:
    """A picture of the proxy armatures, rendered by Blender in a process of its own.

    Raises:
        NotMade: without bpy, or when it cannot render here.
    """
    from retarget.blender import render_take
    from retarget.errors import RetargetError

    require_blender()
    try:
        render_take(take, path)
    except RetargetError as error:
        raise NotMade(f"Blender: {error}") from None
