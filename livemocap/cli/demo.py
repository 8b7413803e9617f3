"""`livemocap demo`: the shipped clip through everything, compared with its truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from .report import next_steps, print_report
from .video import add_job_arguments, job_from, process_video

SAMPLE = Path(__file__).parent.parent / "sample" / "rendered_three_people.mp4"
_EXAMPLE = """example:
  livemocap demo
  livemocap demo -o out/fast --quality fast --format bvh
"""


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "demo",
        help="three people from the clip that comes along: take, BVH, FBX, pictures",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="(out/demo)"
    )
    add_job_arguments(parser)
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    outcome = process_video(job_from(args, SAMPLE, args.out, {}, blender=True))
    outcome.accuracy = _accuracy(outcome.folder / "take.mcap")
    print_report(outcome, next_steps(outcome))
    return 0


def _accuracy(take: Path) -> dict[str, str]:
    """One line each against the clip's truth."""
    from .evaluate.command import evaluate_take
    from .evaluate.table import one_line

    views = evaluate_take(take, SAMPLE.with_name(f"{SAMPLE.stem}_gt.npz"))
    return {name: one_line(found) for name, found in views.items()}
