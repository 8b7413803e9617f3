"""A take's people on the user's rig, as files that the rig's own program takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from ..bvh_writing import write_bvh_tree
from ..errors import RetargetError
from ..export import ExportProgress, file_of, line_of, people_of, rate_of, require_free
from ..fbx import write_fbx
from ..fbx.rig_copy import write_rig_copy
from ..motion import PersonMotion, frame_count, resample
from ..progress import Progress
from ..smoothing import smoothed
from .as_bvh import bvh_of_rig, bvh_rows
from .as_fbx import fbx_of_rig
from .export_file import ChosenRig
from .object_bone import object_as_bone
from .rig import Rig, RigOptions
from .rig_source import RigSource
from .solve import RigPose, fit, solve
from .take import can_hold_feet, held_feet

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class BakeWishes:
    """How a motion is put on a rig."""

    options: RigOptions = field(default_factory=RigOptions)
    foot_lock: float = 1.0
    """0 leaves the feet as they are posed, 1 holds them where they stand."""
    smooth_s: float = 0.0


@dataclass(frozen=True)
class BakedPerson:
    """Somebody on a rig, at the frames of a file."""

    track_id: int
    start_s: float
    rig: Rig
    pose: RigPose

    @property
    def frames(self) -> int:
        return len(self.pose.hips_m)


def export_onto_rig(
    take: Path,
    source: RigSource,
    formats: Sequence[str],
    persons: Sequence[int] | None,
    fps: Fraction | None,
    out: Path,
    wishes: BakeWishes,
    *,
    units: str = "cm",
    sync: bool = False,
    force: bool = False,
    with_mesh: bool = False,
    report: Report = lambda line: None,
    progress: Progress = lambda done, frames: None,
) -> list[Path]:
    """Write out/TAKE_personN_RIG.FORMAT for each person and format; see `export.export_take`.

    Args:
        progress: as `export.export_take`'s.
        with_mesh: FBX files are copies of the character's own, which must be one too: with its
            mesh, skin and materials, in its own unit.

    Raises:
        RetargetError: nothing to export, a file is there already or cannot be written, or the
            rig cannot be moved like that.
        TakeError: the take cannot be read.
    """
    copied = _copied(source, formats) if with_mesh else None
    motions = people_of(take, persons)
    fps = fps or rate_of(motions)
    targets = {
        (motion.track_id, kind): file_of(take, motion.track_id, kind, out, source.name)
        for motion in motions
        for kind in formats
    }
    require_free(list(targets.values()), force)
    for line in source.notes:
        report(line)
    holds_s = {motion.track_id: motion.start_s if sync else 0.0 for motion in motions}
    frames = sum(frame_count(motion, fps, holds_s[motion.track_id]) for motion in motions)
    bar = ExportProgress(progress, frames * len(formats))
    note = _once(report)
    while motions:  # takes are long: what is baked is let go
        motion = motions.pop(0)
        hold_s = holds_s[motion.track_id]
        baked = bake(motion, fps, source.of(motion.rest_joints), wishes, hold_s)
        for kind in formats:
            path = targets[baked.track_id, kind]
            _write(baked, path, kind, fps, units, bar.of_file(baked.frames), copied)
            for line in _notes(baked, kind):
                note(line)
            report(line_of(path, baked.track_id, baked.frames, fps, baked.start_s))
    return list(targets.values())


def _once(report: Report) -> Report:
    """What was told before is not told again."""
    told: set[str] = set()

    def tell(line: str) -> None:
        if line not in told:
            report(line)
        told.add(line)

    return tell


def bake(
    motion: PersonMotion,
    fps: Fraction,
    chosen: ChosenRig,
    wishes: BakeWishes,
    hold_before_s: float = 0.0,
) -> BakedPerson:
    """Somebody's motion, as it was captured, on a rig at k / fps.

    Where the person was first is where both stand on the same spot.

    Args:
        hold_before_s: how long to stand in the first pose before anything happens.
    """
    motion = smoothed(motion, wishes.smooth_s)
    rig = Rig.of(*object_as_bone(chosen, wishes.options))
    actor = fit(rig, motion.rest_joints, anchor=motion.pelvis[0])
    shown = resample(motion, fps, hold_before_s)
    held = held_feet(actor, motion, shown.times_s - hold_before_s, wishes.foot_lock)
    shown = shown if held is None else held.of(shown)
    pose = solve(actor, shown.local_wxyz, shown.pelvis)
    return BakedPerson(motion.track_id, shown.start_s, rig, pose)


def _copied(source: RigSource, formats: Sequence[str]) -> Path:
    """The character's own FBX file, where copies of it were asked for."""
    if source.file is None or source.file.suffix.lower() != ".fbx" or "fbx" not in formats:
        raise RetargetError(
            f"{source.name}: only characters out of .fbx files are exported with their mesh, "
            "and only as fbx"
        )
    return source.file


def _write(
    baked: BakedPerson,
    path: Path,
    kind: str,
    fps: Fraction,
    units: str,
    progress: Progress,
    copy_of: Path | None,
) -> None:
    take = f"person{baked.track_id}"
    if kind == "fbx":
        skeleton, moves = fbx_of_rig(baked.rig, baked.pose)
        if copy_of is None:
            write_fbx(path, skeleton, moves, fps, units=units, take=take, progress=progress)
        else:
            write_rig_copy(copy_of, path, skeleton, moves, fps, take=take, progress=progress)
    elif kind == "bvh":
        tree, moves = bvh_of_rig(baked.rig, baked.pose)
        write_bvh_tree(path, tree, moves, fps, units=units, progress=progress)
    else:
        raise RetargetError(f"people on rigs are written as bvh or fbx, not as {kind}")


def _notes(baked: BakedPerson, kind: str) -> list[str]:
    """What a format cannot hold, or a rig cannot do."""
    notes = [] if can_hold_feet(baked.rig) else ["the feet of this rig are not held"]
    if kind == "bvh":
        notes += _bvh_notes(baked.rig)
    return notes


def _bvh_notes(rig: Rig) -> list[str]:
    skeleton, rows = rig.skeleton, set(bvh_rows(rig))
    left_out = [name for row, name in enumerate(skeleton.names) if row not in rows]
    spaced = [name for name in skeleton.names if any(c.isspace() or c in "{}" for c in name)]
    notes = []
    if left_out:
        others = len(left_out) - 1
        more = f" and {others} more bone{'s' * (others > 1)}" if others else ""
        notes.append(f"BVH has one root: left out {left_out[0]!r}{more}")
    if spaced:
        notes.append(f"BVH has no spaces in names: {spaced[0]!r} and others are written with _")
    if rig.carrier_row != bvh_rows(rig)[0]:
        root, hips = skeleton.names[bvh_rows(rig)[0]], skeleton.names[rig.hips_row]
        notes.append(f"BVH moves its root alone: {root!r} carries all that {hips!r} does in FBX")
    return notes
