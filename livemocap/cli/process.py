"""`livemocap process`: a take made better when nobody waits any more."""

from __future__ import annotations

import argparse
import logging
import tomllib
from dataclasses import fields
from functools import partial
from pathlib import Path

from livemocap.config import Table, load, override, to_toml
from livemocap.log import setup_logging
from livemocap.take import PART_SUFFIX, TakeReader, free_name

from .lift_stage import add_lift, lift_settings, lifter_of
from .progress import Progress

_LOG = logging.getLogger(__name__)

_EXAMPLE = """examples:
  livemocap process takes/duet.mcap --bake                     takes/duet_baked.mcap
  livemocap process takes/duet.mcap --bake --lift pstmo -o duet_final.mcap
  livemocap process takes/duet.mcap --bake --lift vp3d --set tracking.lift_bypass='["left_arm"]'

The whole take is at hand: people get back the id that they had before, motion is smoothed to both
sides, feet are locked, and lifting looks at what comes before and after an image. The take's own
[tracking] settings hold unless told otherwise. The take itself stays as it is.
"""


def add_process(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "process",
        help="bake a take: everything that takes the whole of it",
        description="work on a take when nobody waits any more",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("take", type=Path, help="a recording with poses, NAME.mcap")
    parser.add_argument("--bake", action="store_true", required=True, help="track and smooth it")
    add_lift(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="TAKE", help="(beside it, *_baked)")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.set_defaults(run=process)


def process(args: argparse.Namespace) -> int:
    setup_logging("process")
    wishes = ["tracking.mode=bake", *lift_settings(args), *args.set]
    stem = args.take.name.removesuffix(PART_SUFFIX).removesuffix(".mcap")
    out = args.out or free_name(args.take.parent, f"{stem}_baked")
    print(tracked_again(args.take, out, override(own_settings(args.take), wishes)))
    return 0


def own_settings(take: Path) -> Table:
    """The studio.toml that a take was recorded with, of it what tracking reads and still knows.

    Raises:
        TakeError: it is none, or damaged.
    """
    from tracking.config import TrackingConfig

    kept = TakeReader(take).metadata().get("config", {}).get("studio.toml", "")
    try:
        tracking = tomllib.loads(kept).get("tracking", {})
    except tomllib.TOMLDecodeError:
        return {}
    if not isinstance(tracking, dict):
        return {}
    known = {field.name for field in fields(TrackingConfig)}
    if strange := sorted(tracking.keys() - known):
        _LOG.warning("%s: made with settings unknown here: %s", take, ", ".join(strange))
    return {"tracking": {key: value for key, value in tracking.items() if key in known}}


def tracked_again(
    take: Path, out: Path | None, tables: Table, *, adapt_again: bool = False
) -> Path:
    """Track a take's poses as `tables` say, with a progress bar; the new take.

    Raises:
        ConfigError, TakeError, TrackingError, InferenceError: see tracking.replay.retrack.
    """
    from tracking.config import TrackingConfig
    from tracking.replay import retrack

    config = load(TrackingConfig, tables.get("tracking", {}), "tracking")
    with _Bars() as bars:
        return retrack(
            take,
            out,
            config,
            to_toml(tables),
            partial(bars.show, "tracking"),
            lifter_of(config, partial(bars.show, "lifting")),
            adapt_again=adapt_again,
        )


class _Bars:
    """A progress bar for what is being done; each piece of work ends the one before."""

    def __init__(self) -> None:
        self._title, self._bar = "", Progress("", 0)

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            self._bar.abandon()
        else:
            self._finish()

    def show(self, title: str, done: int, total: int) -> None:
        """`done` of `total` images are behind us."""
        if title != self._title:
            self._finish()
            self._title, self._bar = title, Progress(title, total)
        self._bar.update(done)

    def _finish(self) -> None:
        if self._title:
            self._bar.finish("images")
