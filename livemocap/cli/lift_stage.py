"""The lifter that `[tracking] lift` asks for: tracking knows none, inference has them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracking.config import TrackingConfig
    from tracking.tracker import MakeLifter


def add_lift(parser: argparse.ArgumentParser) -> None:
    """`--lift`, for every command that tracks."""
    from tracking.config import LIFTERS

    parser.add_argument(
        "--lift",
        choices=LIFTERS,
        help="let 2D lifted to 3D steer arms, legs and torsos: vp3d, vp3d-causal, pstmo with "
        "weights that you bring, or own with those that you train (off)",
    )


def lift_settings(args: argparse.Namespace) -> list[str]:
    """The flag as `--set` would say it."""
    return [] if args.lift is None else [f"tracking.lift={args.lift}"]


def lifter_of(
    config: TrackingConfig, step: Callable[[int, int], None] = lambda done, total: None
) -> MakeLifter | None:
    """What makes a lifter for each camera; None if none is wanted.

    Args:
        step: is told how far lifting a whole take is.

    Raises:
        InferenceError: by what it returns, if its weights are not there: says how to get them.
    """
    if config.lift == "off":
        return None
    from inference.lifting.registry import Mode, make_lifter

    mode: Mode = "broadcast" if config.mode == "broadcast" else "bake"
    mode = "live" if config.mode == "live" else mode
    wait_s = config.lift_look_ahead_ms * 1e-3 if config.mode == "broadcast" else 0.0
    return partial(make_lifter, config.lift, mode=mode, look_ahead_s=wait_s, step=step)
