"""What only Blender can do, by a Blender in a process of its own: FBX files and pictures."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from livemocap.take import TakeReader

from .errors import RetargetError
from .motion import PersonMotion, motions_from_tracks, resample
from .motion_file import save_motions
from .rates import measured_rate
from .whole_file import discard_part


def write_fbx(
    motions: Sequence[PersonMotion],
    fps: Fraction,
    paths: Sequence[Path],
    written: Callable[[Path], None] = lambda path: None,
) -> None:
    """Write motions that were resampled to `fps`, each to its own file.

    Args:
        written: told of each file when it is complete.

    Raises:
        RetargetError: with what the process said, also when bpy is missing.
    """
    _run("blender_addon.headless.fbx", motions, fps, paths, written=written)


def render_take(take: Path, out: Path, *options: str) -> Path:
    """A PNG of a take's people, posed on the add-on's proxy armatures.

    Args:
        options: of `python -m blender_addon.headless.render`, such as `--colors=ffa826,5cc0ff`.

    Raises:
        RetargetError: nobody is in the take, or what the process said.
    """
    motions = motions_from_tracks(TakeReader(take).tracks())
    if not motions:
        raise RetargetError(f"{take}: nobody was tracked in this take")
    fps = measured_rate(max(motions, key=lambda m: m.frames).times_s)
    _run("blender_addon.headless.render", [resample(m, fps) for m in motions], fps, [out], options)
    return out


def _run(
    module: str,
    motions: Sequence[PersonMotion],
    fps: Fraction,
    paths: Sequence[Path],
    options: Sequence[str] = (),
    written: Callable[[Path], None] = lambda path: None,
) -> None:
    """python -m MODULE MOTIONS PATH ... OPTION ..., its last words raised if it fails."""
    with tempfile.TemporaryDirectory(prefix="livemocap-blender-") as folder:
        job, said = Path(folder) / "motions.npz", Path(folder) / "said"
        save_motions(job, motions, fps)
        command = [sys.executable, "-m", module, str(job), *map(str, paths), *options]
        try:
            code = _follow(command, said, {str(path): path for path in paths}, written)
        finally:
            for path in paths:  # a process that was killed leaves it behind
                discard_part(path)
        last = said.read_text(errors="replace").strip().splitlines()[-1:]
    if code:
        raise RetargetError(last[0] if last else f"Blender ended with code {code}")


def _follow(
    command: Sequence[str], said: Path, paths: Mapping[str, Path], written: Callable[[Path], None]
) -> int:
    """Run a process that prints each of `paths` when it is done, its complaints into `said`."""
    with (
        said.open("wb") as complaints,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            errors="replace",
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.rstrip("\n") in paths:
                    written(paths[line.rstrip("\n")])
            return process.wait()
        except BaseException:  # Ctrl-C: it must not write on behind our back
            process.kill()
            raise
