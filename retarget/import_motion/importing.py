"""Files of motion, one a person, into one take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..errors import RetargetError
from ..motion import resample
from ..progress import Progress
from .bvh_person import BvhWishes, read_bvh_person
from .floor import floor_height
from .imported_take import write_take
from .npz_person import read_npz_person
from .recording import Bodies, Recording

_FLOOR_TOLD_M = 0.05
"""How far from the floor feet may be without a word about it."""


@dataclass(frozen=True, kw_only=True)
class ImportWishes:
    """What the take is to be like."""

    source: BvhWishes = field(default_factory=BvhWishes)
    """What is known of the files; of an .npz only `up` and `fps` count."""
    fps: Fraction | None = None
    """None keeps the files' own rate, the highest where they differ."""
    names: Sequence[str] = ()
    """Of the people, one for each file; without them the files' names."""
    floor: bool = False
    """Move everybody up or down together until the lowest sole is on the floor."""
    force: bool = False
    """Replace a take that is there."""


def import_motion(
    paths: Sequence[Path],
    out: Path,
    bodies: Bodies,
    wishes: ImportWishes,
    report: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write the take `out`; it stands there complete, or not at all.

    Args:
        bodies: where bodies come from, for what files do not say of proportions.
        report: told in lines what was found in each file.
        progress: counts frames.

    Raises:
        RetargetError: a file cannot be imported, or the take not be written.
    """
    names = _names(paths, wishes.names)
    _require_free(out, wishes.force)
    recordings = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        recording = _read(path, bodies, wishes.source)
        recordings.append(recording)
        report(_summary(path, number, name, recording))
        for note in recording.notes:
            report(f"  {note}")
    fps = wishes.fps or max(recording.fps for recording in recordings)
    recordings = [_at_rate(recording, fps) for recording in recordings]
    recordings = _on_floor(recordings, wishes.floor, report)
    tables = {
        "people": {str(number): name for number, name in enumerate(names, 1)},
        "import": {str(number): path.name for number, path in enumerate(paths, 1)},
    }
    write_take(out, recordings, fps, tables, progress)
    return out


def _read(path: Path, bodies: Bodies, source: BvhWishes) -> Recording:
    kind = path.suffix.lower()
    if kind == ".bvh":
        return read_bvh_person(path, bodies("open", "neutral", np.zeros(10)), source)
    if kind == ".npz":
        return read_npz_person(path, bodies, source.up, source.fps)
    raise RetargetError(f"{path}: expected a file of motion, .bvh or .npz (AMASS, SMPL-X)")


def _names(paths: Sequence[Path], names: Sequence[str]) -> list[str]:
    if names and len(names) != len(paths):
        raise RetargetError(f"--names: {len(names)} for {len(paths)} files")
    return list(names) or [path.stem for path in paths]


def _require_free(out: Path, force: bool) -> None:
    if out.suffix != ".mcap":
        raise RetargetError(f"-o {out}: a take is called NAME.mcap")
    if out.is_dir():
        raise RetargetError(f"{out}: is a folder")
    if out.exists() and not force:
        raise RetargetError(f"{out}: there already; --force replaces it")


def _summary(path: Path, number: int, name: str, recording: Recording) -> str:
    motion = recording.motion
    seconds = motion.frames / float(recording.fps)
    called = f" ({name})" if name != path.stem else ""
    return (
        f"{path}: person {number}{called}, {motion.frames} frames at "
        f"{float(recording.fps):.6g} fps, {seconds:.2f} s"
    )


def _at_rate(recording: Recording, fps: Fraction) -> Recording:
    if recording.fps == fps:
        return recording
    return replace(recording, motion=resample(recording.motion, fps), fps=fps)


def _on_floor(
    recordings: list[Recording], wanted: bool, report: Callable[[str], None]
) -> list[Recording]:
    """Everybody moved by the same, so that people who touch still do.

    Bodies that a file's heights mean nothing for find the floor by themselves.
    """
    heights = [floor_height(recording.motion) for recording in recordings]
    lowest = min(
        (h for h, r in zip(heights, recordings, strict=True) if not r.needs_floor), default=0.0
    )
    if not wanted and abs(lowest) > _FLOOR_TOLD_M:
        report(f"the lowest sole is at {lowest:+.2f} m; --floor puts it on the floor")
    return [
        _lowered(r, height if r.needs_floor else lowest if wanted else 0.0)
        for height, r in zip(heights, recordings, strict=True)
    ]


def _lowered(recording: Recording, drop_m: float) -> Recording:
    motion = recording.motion
    return replace(recording, motion=replace(motion, pelvis=motion.pelvis - [0, drop_m, 0]))
