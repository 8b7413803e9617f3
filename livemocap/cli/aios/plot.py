"""Errors of the parts beside each other, and how they grow with what is hidden."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference.aios.metrics.parts import ALL, BODY, FACE, FULL, LEFT, RIGHT
from inference.aios.metrics.scores import Pair, Scores, Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = {"MVE": "#e69f00", "MPJPE": "#56b4e9", "PA-MVE": "#b36f00", "PA-MPJPE": "#2a7fb0"}
_PARTS = (FULL, BODY, FACE, LEFT, RIGHT, ALL)
_STEP = 10


def plot_scores(tally: Tally, found: Scores, path: Path) -> None:
    """Write a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    by_part, spread = figure.subplots(1, 2, width_ratios=[2, 1])
    _draw_parts(by_part, found)
    _draw_spread(spread, tally.pairs)
    for axes in (by_part, spread):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        axes.set_axisbelow(True)
    title = (
        f"{found.found} of {found.true_people} people found, {found.false_positives} false "
        f"positives, F1 {found.f1:.2f}"
    )
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    figure.savefig(path, format="png")


def _draw_parts(axes: Axes, found: Scores) -> None:
    """A group of bars for each part."""
    width = 0.8 / len(_MEASURES)
    for column, (measure, color) in enumerate(_MEASURES.items()):
        errors = found.errors_mm[measure]
        places = [at for at, part in enumerate(_PARTS) if part in errors]
        heights = [errors[_PARTS[at]] for at in places]
        left = np.array(places) + (column - (len(_MEASURES) - 1) / 2) * width
        axes.bar(left, heights, width, color=color, label=measure)
    axes.set_xticks(range(len(_PARTS)), _PARTS)
    axes.set(ylabel="mm")
    axes.legend(frameon=False, ncols=len(_MEASURES), fontsize=9)


def _draw_spread(axes: Axes, pairs: list[Pair]) -> None:
    """The body's MPJPE by how much of a person is hidden; where nobody said, how it is spread."""
    errors = np.array([pair.errors["MPJPE"][BODY] for pair in pairs])
    hidden = np.array([pair.occlusion for pair in pairs])
    if not np.isfinite(hidden).any():
        axes.hist(errors, bins=20, color=_MEASURES["MPJPE"])
        axes.set(xlabel="B-MPJPE, mm", ylabel="people")
        return
    tenths = np.clip(hidden // _STEP, 0, 9)
    present = [tenth for tenth in range(10) if (tenths == tenth).any()]
    means = [errors[tenths == tenth].mean() for tenth in present]
    axes.bar(present, means, color=_MEASURES["MPJPE"])
    axes.set_xticks(present, [f"{tenth * _STEP}" for tenth in present])
    axes.set(xlabel="hidden, % and up", ylabel="B-MPJPE, mm")
