"""Pictures of a take's people, drawn by Blender."""

from __future__ import annotations

import tempfile
from pathlib import Path

from livemocap.take import TakeReader

from .errors import RetargetError
from .headless import run_headless
from .motion import motions_from_tracks, resample
from .motion_file import save_motions
from .rates import measured_rate
from .whole_file import discard_part


def render_take(take: Path, out: Path, *options: str) -> Path:
    """A PNG of a take's people, posed on the add-on's proxy armatures.

    Args:
        options: of `python -m blender_addon.headless.render`, such as `--colors=ffa826,5cc0ff`.

    Raises:
        RetargetError: nobody is in the take, or with what the process said, also when bpy is
            missing.
    """
    motions = motions_from_tracks(TakeReader(take).tracks())
    if not motions:
        raise RetargetError(f"{take}: nobody was tracked in this take")
    fps = measured_rate(max(motions, key=lambda m: m.frames).times_s)
    with tempfile.TemporaryDirectory(prefix="livemocap-blender-") as folder:
        job = Path(folder) / "motions.npz"
        save_motions(job, [resample(m, fps) for m in motions], fps)
        try:
            run_headless("blender_addon.headless.render", str(job), str(out), *options)
        finally:
            discard_part(out)  # a process that was killed leaves it behind
    return out
