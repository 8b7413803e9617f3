"""`livemocap import`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from livemocap.rotation import Array
    from retarget.import_motion.recording import RestBody

_EXAMPLE = """examples:
  livemocap import walk.bvh -o walk.mcap
  livemocap import a.bvh b.bvh -o duet.mcap --names anna,ben --floor
  livemocap import 0005_walking_poses.npz -o walk.mcap --fps 30

Each file is one person. BVH files of any naming, unit and rest pose; .npz files of AMASS (SMPL,
SMPL-H, SMPL-X) and of SMPL-X's own parts. What a file does not say is found out and printed: the
unit from the length of the legs, which way is up from how people stand, which bone is which joint
from names and shape.
"""

_LONG = 3000
"""Frames from which on progress is worth showing."""


def add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "import",
        help="make a take of recorded motion: BVH, AMASS, SMPL-X",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", type=Path, nargs="+", help=".bvh or .npz, one a person")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="TAKE", help="NAME.mcap")
    parser.add_argument("--fps", metavar="F", help="of the take (the files' own, the highest)")
    parser.add_argument("--names", metavar="A,B", help="of the people (the files' names)")
    parser.add_argument("--floor", action="store_true", help="put the lowest sole on the floor")
    parser.add_argument("--up", choices=("y", "z"), help="which axis of the files is up")
    parser.add_argument("--scale", type=float, metavar="M", help="metres in a unit of BVH files")
    parser.add_argument("--source-fps", metavar="F", help="the files' true rate, if they err")
    parser.add_argument(
        "--rest-frame",
        type=int,
        metavar="N",
        help="of BVH files: frame N, from 1, is a T- or A-pose and stands for the rest pose",
    )
    parser.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help='of BVH files: which bone is which joint, {"bones": {"pelvis": "Hips", ...}}',
    )
    parser.add_argument("--force", action="store_true", help="replace a take that is there")
    parser.set_defaults(run=import_files)


def import_files(args: argparse.Namespace) -> int:
    from retarget.import_motion.bvh_person import BvhWishes
    from retarget.import_motion.importing import ImportWishes, import_motion
    from retarget.rates import parse_rate
    from retarget.rigs.presets import load_preset

    from .progress import Progress

    source = BvhWishes(
        up=args.up,
        scale=args.scale,
        fps=parse_rate(args.source_fps) if args.source_fps else None,
        rest_frame=args.rest_frame,
        joints=load_preset(args.map) if args.map else None,
    )
    wishes = ImportWishes(
        source=source,
        fps=parse_rate(args.fps) if args.fps else None,
        names=[name.strip() for name in args.names.split(",")] if args.names else (),
        floor=args.floor,
        force=args.force,
    )
    bar: Progress | None = None

    def progress(done: int, total: int) -> None:
        nonlocal bar
        if total >= _LONG:
            bar = bar or Progress(args.out.name, total)
            bar.update(done)

    try:
        take = import_motion(args.files, args.out, body_for, wishes, _say, progress)
    except BaseException:
        if bar:
            bar.abandon()
        raise
    if bar:
        bar.finish("frames")
    print(take)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def body_for(model: str, _gender: str, betas: Array) -> RestBody:
    """SMPL-X's body with its betas where it is installed, else the open body.

    The installed body is the neutral one: betas of the others fit it nearly.
    """
    from inference.body_model import default_body
    from inference.known_bodies import body_of
    from inference.models.store import installed
    from retarget.import_motion.recording import RestBody

    path = installed("smplx")
    own = body_of(path.stem) if path and model == "smplx" else None
    body = own or default_body()
    shape = np.zeros(10)
    if own:
        shape[: len(betas)] = betas[:10]
    return RestBody(
        joints=body.rest_joints(shape).astype(float),
        name=body.id,
        hash=body.hash,
        betas=shape,
        stands_in=own is None,
    )
