"""`livemocap evaluate tracks RESULTS TRUTH`."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livemocap.cli.outcome import complete_or_nothing

if TYPE_CHECKING:
    from tracking.evaluate.scoring import Scored

_EXAMPLE = """examples:
  livemocap evaluate tracks tracked.mcap truth.mcap
  livemocap evaluate tracks takes/ truth/ --per-scenario --plots out/evaluation
  livemocap evaluate tracks results/ MOT17/train --json
"""
_PLOTS = ("hota.png", "ids_*.png")


def add_tracks(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = kinds.add_parser(
        "tracks",
        help="ids, joint errors, jitter, sliding feet, delay of tracks",
        description="Compares tracks with the truth: takes with takes, MOTChallenge's text files "
        "with theirs, the tracking benchmark's rows with its scenarios; single files or folders.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("results", type=Path, help="take, text file, or a folder of results")
    parser.add_argument("truth", type=Path, help="the same kind of file or folder, known right")
    parser.add_argument(
        "--world", action="store_true", help="takes: compare places in the world, not by camera"
    )
    parser.add_argument("--per-scenario", action="store_true", help="a column for each scenario")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write plots (PNG) there")
    parser.add_argument("--json", action="store_true", help="machine-readable, everything in it")
    parser.set_defaults(run=evaluate_tracks)


def evaluate_tracks(args: argparse.Namespace) -> int:
    from tracking.evaluate.scoring import score
    from tracking.evaluate.sources import read_scenarios

    from .tracks_table import table

    scored = [score(s) for s in read_scenarios(args.results, args.truth, args.world)]
    if args.plots:
        _write_plots(scored, args.plots)
    if args.json:
        print(json.dumps(as_json(scored), indent=2))
    else:
        print(table(scored, args.per_scenario))
    return 0


def as_json(scored: Sequence[Scored]) -> dict[str, Any]:
    """`total`, and `scenarios` by name; null where there is no number."""
    from tracking.evaluate.scoring import by_alpha, figures, total

    def all_of(counts: Any) -> dict[str, Any]:
        found = {k: v if math.isfinite(v) else None for k, v in figures(counts).items()}
        return {**found, "by_alpha": by_alpha(counts)}

    return {
        "total": all_of(total(scored)),
        "scenarios": {one.scenario.name: all_of(one.counts) for one in scored},
    }


def _write_plots(scored: Sequence[Scored], folder: Path) -> None:
    from .tracks_plot import plot_hota, plot_ids

    with complete_or_nothing(folder, _PLOTS) as work:
        plot_hota(scored, work / "hota.png")
        for one in scored:
            plot_ids(one, work / f"ids_{one.scenario.name}.png")
