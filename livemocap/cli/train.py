"""`livemocap train`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .progress import Progress

if TYPE_CHECKING:
    from inference.lifting.train.motion import MotionClip
    from inference.lifting.train.training import Plan, Training

_EXAMPLE = """examples:
  livemocap train lifter --motion mocap --out trained
  livemocap train lifter --motion mocap --out trained --minutes 2
  livemocap train lifter --motion mocap --out trained --held-out salsa12,martial05

Stopped, or killed, it goes on from its last checkpoint when the same command is given again. In the
folder are then checkpoint.pt, lifter.onnx (what the program runs), curve.csv, curve.png and
held_out.md.
"""


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "train",
        help="make weights of your own from motion of your own",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_subparsers(metavar="WHAT", required=True)
    lifter = what.add_parser(
        "lifter",
        help="the small net that lifts 2D to 3D",
        description="Learns to lift from BVH files alone: people, cameras and a detector's errors "
        "are made up while it learns.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lifter.add_argument("--motion", type=Path, required=True, help="folder of .bvh files")
    lifter.add_argument("--out", type=Path, required=True, help="folder for what is made")
    lifter.add_argument("--minutes", type=_positive, default=60.0, help="in all (60)")
    lifter.add_argument("--steps", type=_count, help="in all, in place of minutes")
    lifter.add_argument(
        "--held-out",
        metavar="A,B",
        help="clips with this in their names are only for judging (every fifth clip)",
    )
    lifter.add_argument("--seed", type=int, default=0)
    lifter.add_argument(
        "--threads",
        type=_count,
        default=max(1, (os.cpu_count() or 2) - 1),
        help="CPU cores to learn on; one more makes what is learnt from (all but one)",
    )
    lifter.add_argument(
        "--save-every", type=_positive, default=30.0, metavar="S", help="seconds (30)"
    )
    lifter.add_argument("--channels", type=_count, default=256, help="width of the net (256)")
    lifter.add_argument("--people", type=_count, default=32, help="made up in each step (32)")
    lifter.add_argument("--afresh", action="store_true", help="do not go on from a checkpoint")
    lifter.set_defaults(run=train_lifter)


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}', expected a number from 1 on")


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if 0 < number < float("inf"):
        return number
    raise argparse.ArgumentTypeError(f"'{text}', expected a number above 0")


def train_lifter(args: argparse.Namespace) -> int:
    learnt, judged = _split(_clips(args.motion), args.held_out)
    import torch

    from inference.lifting.train.motion import Motions
    from inference.lifting.train.training import Training

    _make_folder(args.out)
    torch.set_num_threads(args.threads)
    training = Training(_plan(args), Motions(learnt), Motions(judged))
    checkpoint = args.out / "checkpoint.pt"
    if checkpoint.exists() and not args.afresh:
        training.resume(checkpoint)
        print(f"going on from step {training.step}", flush=True)
    print(f"learning from {_names(learnt)}; held out: {_names(judged)}", flush=True)
    try:
        _trained(training, checkpoint)
    except KeyboardInterrupt:
        _leave(training, args, _names(learnt), _names(judged))
        raise
    _leave(training, args, _names(learnt), _names(judged))
    return 0


def _make_folder(folder: Path) -> None:
    """Before hours are spent on what could then not be written."""
    from inference.lifting.train.motion import TrainingError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{folder}: no folder can be made there ({error.strerror}).") from error


def _plan(args: argparse.Namespace) -> Plan:
    from inference.lifting.train.net import Shape
    from inference.lifting.train.training import Plan

    return Plan(
        minutes=args.minutes,
        steps=args.steps,
        seed=args.seed,
        people=args.people,
        save_every_s=args.save_every,
        shape=Shape(channels=args.channels),
    )


def _trained(training: Training, checkpoint: Path) -> None:
    by_steps = training.plan.steps is not None
    wanted = training.plan.steps or round(60 * training.plan.minutes)
    before = _done(training)
    bar = Progress("training, " + ("steps" if by_steps else "seconds"), max(wanted - before, 0))

    def told(now: Training) -> None:
        bar.update(min(_done(now), wanted) - before, _note(now))

    try:
        training.run(checkpoint, told)
    except BaseException:
        bar.abandon()
        raise
    bar.finish(_note(training))


def _done(training: Training) -> int:
    """Steps or seconds, whatever the plan counts."""
    return training.step if training.plan.steps is not None else int(training.elapsed_s)


def _note(training: Training) -> str:
    if not training.history:
        return f"step {training.step}"
    score = training.history[-1].scores[0]
    return f"step {training.step}, held-out {score.direction_deg:.1f} deg, {score.mpjpe_mm:.0f} mm"


def _leave(training: Training, args: argparse.Namespace, learnt: str, judged: str) -> None:
    """Weights, curve and report of how far it came."""
    from inference.lifting.train.export import onnx_of
    from inference.lifting.train.report import draw_curve, write_curve, write_report

    if not training.history:
        return
    minutes, seed = f"{training.elapsed_s / 60:.1f}", str(args.seed)
    about = {"motion": learnt, "held_out": judged, "seed": seed, "minutes": minutes}
    about |= {"steps": str(training.step)}
    (args.out / "lifter.onnx").write_bytes(onnx_of(training.averaged_net, about))
    write_curve(args.out / "curve.csv", training.history)
    lines = [f"Learnt from {learnt}.", f"Held out: {judged}.", f"Seed {seed}."]
    write_report(args.out / "held_out.md", training.history, lines)
    try:
        draw_curve(args.out / "curve.png", training.history)
    except ImportError:
        print('no picture of the curve: pip install "livemocap[demo]" for matplotlib')
    print(f"{args.out}: lifter.onnx, curve.csv, held_out.md")
    print(f"to use it: livemocap models install {args.out / 'lifter.onnx'}, then --lift own")


def _clips(folder: Path) -> list[MotionClip]:
    """Every BVH file of a folder."""
    import numpy as np

    from inference.lifting.train.motion import BODY, MotionClip, TrainingError
    from retarget.import_motion.bvh_person import BvhWishes, read_bvh_person

    from .import_motion import body_for

    paths = sorted(folder.glob("*.bvh")) if folder.is_dir() else []
    if not paths:
        raise TrainingError(
            f"{folder}: no .bvh files to learn from. Give the folder of some captured motion with "
            "--motion, two files at least."
        )
    body, clips = body_for("smplx", "neutral", np.zeros(10)), []
    for path in paths:
        found = read_bvh_person(path, body, BvhWishes())
        clips.append(
            MotionClip(
                name=path.stem,
                local_wxyz=found.motion.local_wxyz[:, : len(BODY.names)],
                pelvis=found.motion.pelvis,
                rate_hz=float(found.fps),
            )
        )
    return clips


def _split(
    clips: Sequence[MotionClip], wanted: str | None
) -> tuple[list[MotionClip], list[MotionClip]]:
    """To learn from, and to judge by."""
    from inference.lifting.train.motion import TrainingError

    words = [word.strip() for word in (wanted or "").split(",") if word.strip()]
    held = {clip.name for clip in clips if any(word in clip.name for word in words)}
    held |= set() if words else {clip.name for clip in clips[::-5]}
    learnt = [clip for clip in clips if clip.name not in held]
    judged = [clip for clip in clips if clip.name in held]
    if not learnt or not judged:
        raise TrainingError(
            f"{len(learnt)} clips to learn from and {len(judged)} held out, expected one of each "
            f"at least. Names: {_names(clips)}; choose with --held-out."
        )
    return learnt, judged


def _names(clips: Sequence[MotionClip]) -> str:
    return ", ".join(clip.name for clip in clips)
