"""`livemocap track`: the role of a studio, and takes tracked again."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from livemocap.config import override, read_studio
from livemocap.log import setup_logging
from livemocap.role import add_role_arguments, run_role

from .lift_stage import add_lift, lift_settings, lifter_of
from .process import tracked_again

_EXAMPLE = """examples:
  livemocap track studio.toml                                   one role of a running studio
  livemocap track studio.toml --set tracking.predict_s=0.2
  livemocap track --replay takes/duet.mcap -o better.mcap       the same poses, tracked once more
  livemocap track --replay takes/duet.mcap --adapt on           bodies fitted to the 2D evidence
  livemocap track --replay takes/duet.mcap --mode broadcast --set tracking.look_ahead_ms=100
  livemocap track --replay takes/duet.mcap --mode live --lift vp3d-causal

A replay is tracked in bake mode unless --mode says otherwise: nobody waits for it, so it sees the
whole take, gives people back the id that they had before and smooths to both sides.
"""


def add_track(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "track",
        help="one role: follow people through time",
        description="follow people through time, live or in a take",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_role_arguments(parser)
    studio = next(action for action in parser._actions if action.dest == "studio")
    studio.nargs = "?"
    parser.add_argument(
        "--replay", type=Path, metavar="TAKE", help="track a recording's poses again"
    )
    parser.add_argument("-o", "--out", type=Path, metavar="TAKE", help="(beside it, *_retracked)")
    parser.add_argument(
        "--mode",
        choices=("live", "broadcast", "bake"),
        help="how far motion looks ahead: not, a little, all of the take (bake with --replay)",
    )
    add_lift(parser)
    parser.add_argument(
        "--adapt",
        choices=("off", "on", "again"),
        help="fit bodies to the 2D evidence as it streams: as the take logged it if it did, "
        "or `again` anew",
    )
    parser.set_defaults(run=lambda args: _run(args, parser))


def _run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    args.set[:0] = lift_settings(args)
    if args.replay:
        return _replay(args)
    if args.studio is None:
        parser.error("studio.toml to be a role, or --replay TAKE, is missing")
    if args.out:
        parser.error("--out belongs to --replay; what runs live is recorded by `livemocap record`")
    if args.mode:
        args.set.append(f"tracking.mode={args.mode}")
    if args.adapt:
        args.set.append(f"tracking.adapt={'off' if args.adapt == 'off' else 'on'}")
    from tracking.cli import track_role

    return run_role(args, "track", partial(track_role, lifter_of=lifter_of))


def _replay(args: argparse.Namespace) -> int:
    setup_logging("track", as_json=args.json_log)
    wishes = [f"tracking.mode={args.mode or 'bake'}"]
    if args.adapt:
        wishes.append(f"tracking.adapt={'off' if args.adapt == 'off' else 'on'}")
    wishes += args.set
    tables = override(read_studio(args.studio) if args.studio else {}, wishes)
    again = args.adapt == "again"
    print(tracked_again(args.replay, args.out, tables, adapt_again=again))
    return 0
