"""`livemocap aios evaluate`: a table, a JSON file and a plot."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

from inference.aios.metrics.evaluate import EvaluationSettings
from inference.aios.metrics.evaluate import evaluate as compare
from inference.aios.metrics.parts import ALL, BODY, vertex_ids
from inference.aios.metrics.report import as_json, table
from inference.aios.metrics.scores import Scores, Tally, scores

from .running import TerminalWatcher

_NO_PARTS = (
    "MVE of the parts needs to know which vertices they are: --hand-ids, --face-ids (files that "
    "come with SMPL-X) and, as AGORA has it, --body-ids."
)
JSON, PLOT = "scores.json", "scores.png"


def evaluate(args: argparse.Namespace) -> int:
    settings = EvaluationSettings(
        factor=args.factor,
        forgive_ignored=args.forgive_ignored,
        ids=vertex_ids(args.hand_ids, args.face_ids, args.body_ids),
    )
    watcher = TerminalWatcher("evaluate", 0)
    try:
        tally = compare(args.predictions, args.truth, settings, watcher)
    finally:
        watcher.abandon()
    found = scores(tally)
    print(json.dumps(as_json(found), indent=2) if args.json else table(found))
    if BODY not in found.errors_mm["MVE"] and ALL in found.errors_mm["MVE"]:
        print(_NO_PARTS, file=sys.stderr)
    for path in write_report(tally, found, args.out or args.predictions.resolve().parent):
        print(path, file=sys.stderr)
    return 0


def write_report(tally: Tally, found: Scores, folder: Path) -> list[Path]:
    """scores.json, and scores.png where matplotlib is installed; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / JSON]
    written[0].write_text(json.dumps(as_json(found), indent=2) + "\n", encoding="utf-8")
    if importlib.util.find_spec("matplotlib"):
        from .plot import plot_scores

        written.append(folder / PLOT)
        plot_scores(tally, found, written[-1])
    return written
