"""A take's people as files, one file a person and format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from livemocap.take import TakeReader
from livemocap.take_writer import take_name

from .bvh import write_bvh
from .errors import RetargetError
from .fbx.person import write_person
from .motion import PersonMotion, motions_from_tracks, resample
from .progress import Progress
from .rates import measured_rate

FORMATS = ("bvh", "fbx")


def export_take(
    take: Path,
    formats: Sequence[str],
    persons: Sequence[int] | None,
    fps: Fraction | None,
    out: Path,
    *,
    units: str = "cm",
    sync: bool = False,
    force: bool = False,
    report: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda done, frames: None,
) -> list[Path]:
    """Write out/TAKE_personN.FORMAT for each person and format.

    Args:
        formats: of FORMATS.
        persons: track ids, or None for everybody.
        fps: None keeps the rate at which the take was made.
        units: `cm` or `m`; FBX files say which, BVH cannot.
        sync: every file starts with the take and not with its person's first frame; until then
            the person stands still in the first pose.
        force: replace files that are there.
        report: told in a line what is being done.
        progress: counts frames.

    Returns:
        What was written. A file under its final name is always complete.

    Raises:
        RetargetError: nothing to export, a file is there already, or cannot be written.
        TakeError: the take cannot be read.
    """
    motions = people_of(take, persons)
    fps = fps or rate_of(motions)
    motions = [resample(m, fps, m.start_s if sync else 0.0) for m in motions]
    targets = {
        file_of(take, motion.track_id, kind, out): motion for kind in formats for motion in motions
    }
    require_free(list(targets), force)
    bar = ExportProgress(progress, sum(motion.frames for motion in targets.values()))
    for path, motion in targets.items():
        write = write_person if path.suffix == ".fbx" else write_bvh
        write(motion, fps, path, units, progress=bar.of_file(motion.frames))
        report(line_of(path, motion.track_id, motion.frames, fps, motion.start_s))
    return list(targets)


class ExportProgress:
    """How far several files are, in frames, of what each one's writer says of itself."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def of_file(self, frames: int) -> Progress:
        """For the next file's writer, which counts whatever it likes."""
        before, self._done = self._done, self._done + frames

        def told(done: int, of: int) -> None:
            self._progress(before + frames * done // max(of, 1), self._total)

        return told


def people_of(take: Path, persons: Sequence[int] | None) -> list[PersonMotion]:
    """The motions of these people, or of everybody; RetargetError where one is not there."""
    motions = {m.track_id: m for m in motions_from_tracks(TakeReader(take).tracks())}
    if not motions:
        raise RetargetError(f"{take}: nobody was tracked in this take")
    missing = [str(p) for p in persons or () if p not in motions]
    if missing:
        there = ", ".join(map(str, motions))
        raise RetargetError(f"{take}: no person {', '.join(missing)}; there are {there}")
    return [motions[p] for p in persons or motions]


def rate_of(motions: Sequence[PersonMotion]) -> Fraction:
    """At which their take was made, as whoever was seen longest shows it best."""
    return measured_rate(max(motions, key=lambda motion: motion.frames).times_s)


def file_of(take: Path, track_id: int, kind: str, out: Path, rig: str = "") -> Path:
    """out/TAKE_personN.KIND, or out/TAKE_personN_RIG.KIND."""
    onto = f"_{rig}" if rig else ""
    return out / f"{take_name(take)}_person{track_id}{onto}.{kind}"


def line_of(path: Path, track_id: int, frames: int, fps: Fraction, start_s: float) -> str:
    """What is told of a file that was written."""
    return (
        f"{path}  person {track_id}, {frames} frames at {float(fps):.6g} fps, "
        f"from {max(start_s, 0):.2f} s of the take"
    )


def require_free(paths: Sequence[Path], force: bool) -> None:
    """Raises RetargetError where one of the files is there and may not be replaced."""
    taken = [str(path) for path in paths if path.exists()]
    if taken and not force:
        raise RetargetError(f"{', '.join(taken)}: there already; --force replaces")
