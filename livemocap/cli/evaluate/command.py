"""`livemocap evaluate pose take.mcap CLIP_gt.npz`; `tracks` is next door."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .tracks import add_tracks

if TYPE_CHECKING:
    from .pose import PoseAccuracy

_EXAMPLE = """example:
  livemocap evaluate pose out/demo/take.mcap rendered_three_people_gt.npz
  livemocap evaluate pose take.mcap CLIP_gt.npz --frames 120 --json
  livemocap evaluate tracks take.mcap truth.mcap --plots out/evaluation
"""


class EvaluateError(ValueError):
    """Nothing in the take can be compared with the truth."""


def add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="compare a take with the truth",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(metavar="WHAT", required=True)
    pose = kinds.add_parser(
        "pose",
        help="recall, joint and rotation errors, ids, jitter",
        description="Compares the engine's poses (raw) and the tracked people of a take with the "
        "exact motion of the clip it was made from.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    pose.add_argument("take", type=Path, help="take.mcap, recorded without loss from the clip")
    pose.add_argument("truth", type=Path, metavar="CLIP_gt.npz")
    pose.add_argument("--frames", type=int, default=0, metavar="N", help="only the first N")
    pose.add_argument("--json", action="store_true", help="machine-readable, everything in it")
    pose.set_defaults(run=evaluate_pose)
    add_tracks(kinds)


def evaluate_pose(args: argparse.Namespace) -> int:
    from .table import table

    views = evaluate_take(args.take, args.truth, args.frames)
    if args.json:
        print(json.dumps({name: asdict(found) for name, found in views.items()}, indent=2))
    else:
        print(table(views))
    return 0


def evaluate_take(take: Path, truth_path: Path, frames: int = 0) -> dict[str, PoseAccuracy]:
    """`raw` of its poses and `tracked` of its tracks, whichever are in the take.

    Raises:
        EvaluateError: it holds neither.
        TruthError, TakeError: a file that cannot be read.
    """
    from livemocap.messages import PoseFrame, TrackFrame
    from livemocap.take import TakeReader

    from .estimates import from_poses, from_tracks
    from .pose import evaluate
    from .truth import Truth

    truth = Truth.load(truth_path)
    messages = [message for _, message in TakeReader(take).messages(["pose", "track"])]
    views = {
        "raw": from_poses(m for m in messages if isinstance(m, PoseFrame)),
        "tracked": from_tracks(m for m in messages if isinstance(m, TrackFrame)),
    }
    if not any(views.values()):
        raise EvaluateError(f"{take}: holds no poses and no tracks: was anything recorded?")
    return {name: evaluate(view, truth, frames) for name, view in views.items() if view}
