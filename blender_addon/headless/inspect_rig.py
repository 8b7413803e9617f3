# SPDX-License-Identifier: GPL-3.0-or-later
"""The armatures of a file by headless Blender, in a process of its own.

    python -m blender_addon.headless.inspect_rig character.fbx armatures.npz

The result is for `retarget.rigs.armature_file`. Exits 2 with one line when it cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retarget.errors import RetargetError
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures


def main(arguments: Sequence[str]) -> int:
    """Write what the first argument holds to the second."""
    source, target = (Path(a) for a in arguments)
    try:
        save_armatures(target, read_armatures(source))
    except (RetargetError, RuntimeError, OSError) as error:  # Blender raises the latter two
        print(_one_line(error), file=sys.stderr)
        return 2
    return 0


def _one_line(error: Exception) -> str:
    """What went wrong of what Blender says, which may be a traceback with a place at its end."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith("Location:")]
    return (told or [repr(error)])[-1].removeprefix("Error: ")


def read_armatures(path: Path) -> list[Armature]:
    """All armatures of a file at rest that can be moved at all.

    Raises:
        RetargetError: what is wrong with the first of them if that is none, or as
            `import_armatures`, which raises others too.
    """
    import bpy

    from ..rigs.reader import rest_skeleton
    from .rig_import import import_armatures

    bpy.ops.wm.read_factory_settings(use_empty=True)
    found: list[Armature] = []
    wrong: list[RetargetError] = []
    for each in import_armatures(path):
        try:
            skeleton = rest_skeleton(each)
        except RetargetError as error:
            wrong.append(error)
            continue
        placed = np.array(each.matrix_world, float)
        found.append(Armature(name=each.name, skeleton=skeleton, placed=placed))
    if not found:
        raise wrong[0]
    return found


if __name__ == "__main__":
    from .leaving import run_and_leave

    run_and_leave(main, "A rig of this kind")
