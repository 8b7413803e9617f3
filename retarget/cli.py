"""`livemocap export`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

_EXAMPLE = """examples:
  livemocap export out/demo/take.mcap --format bvh --person all --out out/bvh
  livemocap export walk.mcap --format fbx --person 2 --fps 23.976

One file a person, TAKE_personN.bvh or .fbx, on the person's own skeleton of 55 SMPL-X joints with
a T-pose as rest. It starts when the person is first seen (--sync: when the take starts), and
frames that miss the person are filled in between the poses around them.
"""


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
        help="bvh (the default) or fbx; twice for both",
    )
    parser.add_argument("--person", default="all", metavar="N", help="track ids as 1,3, or all")
    parser.add_argument("--fps", metavar="F", help="30, 23.976, 30000/1001 ... (the take's own)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (beside the take)")
    parser.add_argument("--units", choices=("cm", "m"), default="cm", help="of the files (cm)")
    parser.add_argument("--sync", action="store_true", help="all files start with the take")
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.set_defaults(run=export)


def export(args: argparse.Namespace) -> int:
    from .export import export_take
    from .rates import parse_rate

    export_take(
        args.take,
        list(dict.fromkeys(args.formats or ["bvh"])),
        _persons(args.person),
        parse_rate(args.fps) if args.fps else None,
        args.out or args.take.parent,
        units=args.units,
        sync=args.sync,
        force=args.force,
        report=lambda line: print(line, flush=True),
    )
    return 0


def _persons(text: str) -> Sequence[int] | None:
    """`all` or `1,3`."""
    from .errors import RetargetError

    if text == "all":
        return None
    try:
        return sorted({int(number) for number in text.split(",")})
    except ValueError:
        raise RetargetError(f"--person {text}: expected all, or numbers as in 1,3") from None
