"""The take's people as BVH and FBX, and their armatures as Blender shows them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path


class NotMade(Exception):  # noqa: N818 - the rest of a run goes on without it
    """One of the results cannot be made of this take, or not on this machine."""


def export_people(take: Path, kind: str, folder: Path) -> list[Path]:
    """One `kind` file for everybody.

    Raises:
        NotMade: for FBX without bpy, or when nobody was tracked.
    """
    from retarget.errors import RetargetError
    from retarget.export import export_take

    if kind == "fbx":
        require_blender()
    try:
        return export_take(take, [kind], None, None, folder)
    except RetargetError as error:
        raise NotMade(str(error)) from None


def require_blender() -> None:
    """Raises NotMade, with what to install."""
    if importlib.util.find_spec("bpy") is None:
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
    from livemocap.take import TakeReader
    from retarget.motion import motions_from_tracks, resample
    from retarget.motion_file import save_motions
    from retarget.rates import measured_rate

    from .preview.palette import TRACK_COLORS

    require_blender()
    motions = motions_from_tracks(TakeReader(take).tracks())
    if not motions:
        raise NotMade("nobody was tracked")
    fps = measured_rate(max(motions, key=lambda motion: motion.frames).times_s)
    with tempfile.TemporaryDirectory(prefix="livemocap-") as folder:
        job = Path(folder) / "motions.npz"
        save_motions(job, [resample(motion, fps) for motion in motions], fps)
        colors = ",".join(f"{r:02x}{g:02x}{b:02x}" for b, g, r in TRACK_COLORS)
        _run_blender("blender_addon.render", str(job), str(path), "--colors", colors)


def _run_blender(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        raise NotMade(f"Blender: {said[-1]}")
