"""What a training leaves behind besides weights: its curve, and its errors on held-out motion."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from .held_out import table
from .net import AHEAD
from .pairs import RATE_HZ
from .training import Moment


def write_curve(path: Path, history: Sequence[Moment]) -> None:
    """A row for each checkpoint: how long, loss, and the held-out errors of the live answer."""
    fields = ("direction_deg", "median_deg", "mpjpe_mm", "velocity_mm_s", "jitter_mm")
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("minutes", "step", "loss", *fields))
        for moment in history:
            scores = [f"{getattr(moment.scores[0], name):.3f}" for name in fields]
            rows.writerow(
                (f"{moment.elapsed_s / 60:.2f}", moment.step, f"{moment.loss:.4f}", *scores)
            )


def draw_curve(path: Path, history: Sequence[Moment]) -> None:
    """The same as a picture, for each look-ahead."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.6), dpi=80, layout="constrained")
    minutes = [moment.elapsed_s / 60 for moment in history]
    left, right = figure.subplots(1, 2)
    for axes, field, title in (
        (left, "direction_deg", "held-out direction error, deg"),
        (right, "mpjpe_mm", "held-out MPJPE, mm"),
    ):
        for head, ago in enumerate(AHEAD):
            values = [getattr(moment.scores[head], field) for moment in history]
            axes.plot(minutes, values, marker=".", label=f"{ago / RATE_HZ:.1f} s ahead")
        axes.set(title=title, xlabel="minutes")
        axes.grid(alpha=0.3)
    right.legend()
    figure.savefig(path)


def write_report(path: Path, history: Sequence[Moment], about: Sequence[str]) -> None:
    """Held-out errors at the end, as Markdown."""
    last = history[-1]
    when = f"After {last.step} steps in {last.elapsed_s / 60:.1f} minutes:"
    path.write_text("\n\n".join([*about, when, table(last.scores)]) + "\n", encoding="utf-8")
