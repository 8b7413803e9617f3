"""`livemocap export`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retarget.rigs.export import BakeWishes
    from retarget.rigs.rig_source import RigSource

    from .progress import Progress

_EXAMPLE = """examples:
  livemocap export out/demo/take.mcap --format bvh --person all --out out/bvh
  livemocap export walk.mcap --format fbx --person 2 --fps 23.976
  livemocap export walk.mcap --rig knight.fbx --format fbx --root bone
  livemocap export walk.mcap --rig knight.fbx --with-mesh
  livemocap export walk.mcap --rig mixamo --format fbx --format bvh
  livemocap export walk.mcap --rig hero.bvh --map hero.json --smooth 0.1 --foot-lock 0.5

One file a person, TAKE_personN.bvh or .fbx, on the person's own skeleton of 55 SMPL-X joints
with a T-pose as rest; with --rig TAKE_personN_RIG, on that character's own bones and rest pose. It
starts when the person is first seen (--sync: when the take starts), and frames that miss the
person are filled in between the poses around them. Everybody in the take is exported, also whom
Blender leaves out of bakes; --person chooses.

Characters in .bvh need nothing else; .fbx .glb .gltf .vrm .blend are read by Blender's module, bpy.
`livemocap rigs inspect FILE` shows which bone follows which joint, `livemocap rigs list` all
namings.
"""

_LONG = 3000
"""Frames from which on progress is worth showing."""

_ROOTS = ("hips", "object", "bone", "in-place")


def add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "export",
        help="write a take as BVH or FBX",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("take", type=Path, help="a recording, NAME.mcap")
    parser.add_argument(
        "--format",
        choices=("bvh", "fbx"),
        action="append",
        dest="formats",
        help="bvh (the default, but --with-mesh's is fbx) or fbx; twice for both",
    )
    parser.add_argument("--person", default="all", metavar="N", help="track ids as 1,3, or all")
    parser.add_argument("--fps", metavar="F", help="30, 23.976, 30000/1001 ... (the take's own)")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="where to (beside the take)")
    parser.add_argument("--units", choices=("cm", "m"), default="cm", help="of the files (cm)")
    parser.add_argument("--sync", action="store_true", help="all files start with the take")
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    _add_rig(parser)
    parser.set_defaults(run=export)


def _add_rig(parser: argparse.ArgumentParser) -> None:
    rig = parser.add_argument_group("onto a character")
    rig.add_argument("--rig", metavar="FILE|PRESET", help="a character's file, or a naming")
    rig.add_argument("--armature", metavar="NAME", help="one of several in the file")
    rig.add_argument(
        "--map", type=Path, metavar="FILE", help='{"bones": {"pelvis": "Hips", ...}} for the file'
    )
    rig.add_argument("--presets", type=Path, metavar="DIR", help="a folder of your own namings")
    rig.add_argument(
        "--body",
        choices=("person", "average"),
        help="how long a naming's bones are: as each person's (the default), or all alike",
    )
    rig.add_argument(
        "--root", choices=_ROOTS, help="what goes across the floor (hips); object: a bone above all"
    )
    rig.add_argument("--scale", metavar="S", help="of the way across the floor: auto, or a number")
    rig.add_argument(
        "--foot-lock", type=float, metavar="0..1", help="how firmly feet stay where they stand (1)"
    )
    rig.add_argument(
        "--with-mesh",
        action="store_true",
        default=None,
        help="fbx of a .fbx character: its own file with mesh and skin, animated",
    )
    rig.add_argument("--fingers", choices=("on", "off"), help="off leaves them at rest (on)")
    rig.add_argument("--smooth", type=float, metavar="S", help="seconds to smooth over (0)")


_OF_RIGS = (
    "armature", "map", "presets", "body", "root", "scale", "foot_lock", "with_mesh", "fingers",
    "smooth",
)  # fmt: skip


def export(args: argparse.Namespace) -> int:
    from retarget.errors import RetargetError
    from retarget.export import export_take
    from retarget.rates import parse_rate
    from retarget.rigs.export import export_onto_rig

    fps = parse_rate(args.fps) if args.fps else None
    formats = list(dict.fromkeys(args.formats or ["fbx" if args.with_mesh else "bvh"]))
    out, persons = args.out or args.take.parent, _persons(args.person)
    same = {"units": args.units, "sync": args.sync, "force": args.force, "report": _say}
    if args.rig is None:
        if given := [name for name in _OF_RIGS if getattr(args, name) is not None]:
            raise RetargetError(f"--{given[0].replace('_', '-')} goes with --rig FILE|PRESET")
        with _Bar(args.take.name) as bar:
            export_take(args.take, formats, persons, fps, out, progress=bar.show, **same)
        return 0
    wishes, source = _wishes(args), _source(args)
    with _Bar(args.take.name) as bar:
        same |= {"with_mesh": bool(args.with_mesh), "progress": bar.show}
        export_onto_rig(args.take, source, formats, persons, fps, out, wishes, **same)
    return 0


class _Bar:
    """A progress bar that is shown for long takes only."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Progress | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bar and kind:
            self._bar.abandon()
        elif self._bar:
            self._bar.finish("frames")

    def show(self, done: int, frames: int) -> None:
        from .progress import Progress

        if frames >= _LONG:
            self._bar = self._bar or Progress(self._title, frames)
            self._bar.update(done)


def _source(args: argparse.Namespace) -> RigSource:
    from retarget.errors import RetargetError
    from retarget.rigs.presets import presets
    from retarget.rigs.rig_source import FileWishes, rig_source

    if args.presets is not None and not args.presets.is_dir():
        raise RetargetError(f"--presets {args.presets}: no such folder")
    file = FileWishes(armature=args.armature, map_file=args.map)
    return rig_source(args.rig, presets(args.presets), file, average=args.body == "average")


def _wishes(args: argparse.Namespace) -> BakeWishes:
    from retarget.errors import RetargetError
    from retarget.rigs.export import BakeWishes
    from retarget.rigs.rig import RigOptions, RootMotion

    roots = dict(
        zip(
            _ROOTS,
            (RootMotion.HIPS, RootMotion.OBJECT, RootMotion.ROOT_BONE, RootMotion.IN_PLACE),
            strict=True,
        )
    )
    lock = 1.0 if args.foot_lock is None else args.foot_lock
    if not 0 <= lock <= 1:
        raise RetargetError(f"--foot-lock {lock:g}: expected 0 (off) to 1 (firm)")
    if args.smooth is not None and not 0 <= args.smooth <= 10:
        raise RetargetError(f"--smooth {args.smooth:g}: expected 0 to 10 seconds")
    options = RigOptions(
        root=roots[args.root or "hips"],
        scale=_scale(args.scale or "auto"),
        fingers=args.fingers != "off",
    )
    return BakeWishes(options=options, foot_lock=lock, smooth_s=args.smooth or 0.0)


def _scale(text: str) -> float | None:
    """`auto` or a number."""
    from retarget.errors import RetargetError

    if text == "auto":
        return None
    try:
        scale = float(text)
    except ValueError:
        scale = -1.0
    if not 0 < scale < 1000:
        raise RetargetError(f"--scale {text}: expected auto, 1 or another number above 0")
    return scale


def _persons(text: str) -> Sequence[int] | None:
    """`all` or `1,3`."""
    from retarget.errors import RetargetError

    if text == "all":
        return None
    try:
        return sorted({int(number) for number in text.split(",")})
    except ValueError:
        raise RetargetError(f"--person {text}: expected all, or numbers as in 1,3") from None


def _say(line: str) -> None:
    print(line, flush=True)
