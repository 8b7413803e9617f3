"""HOTA over its thresholds, and who carried which id when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from livemocap.palette import TRACK_COLORS
from livemocap.rotation import Array
from tracking.evaluate.hota import ALPHAS
from tracking.evaluate.scenario import Scenario
from tracking.evaluate.scoring import Scored, total

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PARTS = {"HOTA": "#222222", "DetA": "#2a7fb0", "AssA": "#e69f00", "LocA": "#2e9e77"}
_MOST_LABELS = 40
"""Of ids in one plot: more cannot be read."""
_WORTH_NAMING = 0.03
"""Share of the time from which a stretch is wide enough for its id."""
_SWITCH = "#d40000"


def plot_hota(scored: Sequence[Scored], path: Path) -> None:
    """Write a PNG: the total in bold, each scenario's HOTA behind it."""
    figure = _figure(7, 4.6)
    axes = figure.subplots()
    for one in scored if len(scored) > 1 else ():
        axes.plot(ALPHAS, 100 * one.counts.hota.hota, color="#bbbbbb", linewidth=0.8)
    hota = total(scored).hota
    for name, part in zip(_PARTS, (hota.hota, hota.det_a, hota.ass_a, hota.loc_a), strict=True):
        label = f"{name} {100 * part.mean():.1f}"
        width = 2.4 if name == "HOTA" else 1.4
        axes.plot(ALPHAS, 100 * part, color=_PARTS[name], linewidth=width, label=label)
    axes.set(
        xlabel="alpha: likeness from which a pair counts", ylabel="%", xlim=(0, 1), ylim=(0, 101)
    )
    axes.legend(frameon=False, loc="lower left")
    axes.grid(color="#e6e6e6", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, format="png")


def plot_ids(one: Scored, path: Path) -> None:
    """Write a PNG: a lane for each person; colours are ids, thin black means missed."""
    ids = one.scenario.overlaps.track_ids
    people = np.flatnonzero(one.scenario.present.any(0))
    figure = _figure(12, 1.4 + 0.42 * max(1, len(people)))
    axes = figure.subplots()
    edges = _edges(one.scenario.times_s)
    switches = 0
    for lane, person in enumerate(people):
        _draw_there(axes, lane, edges, one.scenario, int(person))
        switches += _draw_person(axes, lane, edges, one.on_person[:, person], ids)
    names = [str(one.scenario.overlaps.person_ids[person]) for person in people]
    axes.set_yticks(range(len(people)), names)
    axes.invert_yaxis()
    axes.set(xlabel="s", ylabel="person", xlim=(edges[0], edges[-1]))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title(
        f"{one.scenario.name}: {len(people)} people, {one.counts.tracks} ids, {switches} switches "
        "(red). Coloured: the id shown; black: missed; grey: need not be found",
        loc="left",
        fontsize=9,
    )
    figure.savefig(path, format="png")


def stretches(values: Array) -> list[tuple[int, int, int]]:
    """(begin, end, value) of everything in (T,) that stays the same, -1 left out."""
    cuts = np.flatnonzero(np.diff(values)) + 1
    bounds = [0, *cuts.tolist(), len(values)] if len(values) else []
    return [(a, b, int(values[a])) for a, b in pairwise(bounds) if values[a] >= 0]


def _draw_there(axes: Axes, lane: int, edges: Array, scenario: Scenario, person: int) -> None:
    """Thin bars of when somebody was there and, darker, had to be found."""
    for name, color in (("present", "#dddddd"), ("counted", "#222222")):
        there = getattr(scenario, name)[:, person]
        for begin, end, _ in stretches(np.where(there, 0, -1)):
            axes.barh(lane, edges[end] - edges[begin], 0.1, edges[begin], color=color)


def _draw_person(axes: Axes, lane: int, edges: Array, tracks: Array, ids: Array) -> int:
    """Bars of the ids on one person, a red line at each change; how many there were."""
    last, switches, span = -1, 0, edges[-1] - edges[0]
    for begin, end, track in stretches(tracks):
        wide = edges[end] - edges[begin]
        color = np.array(TRACK_COLORS[track % len(TRACK_COLORS)]) / 255
        axes.barh(lane, wide, 0.62, edges[begin], color=color)
        if last not in (-1, track):
            axes.plot([edges[begin]] * 2, [lane - 0.42, lane + 0.42], color=_SWITCH, linewidth=1.6)
            switches += 1
        if wide > _WORTH_NAMING * span and len(axes.texts) < _MOST_LABELS:
            middle = (edges[begin] + edges[end]) / 2
            axes.text(middle, lane, str(ids[track]), ha="center", va="center", fontsize=7)
        last = track
    return switches


def _edges(times_s: Array) -> Array:
    """(T + 1,) from when to when each frame is drawn."""
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    return np.append(times_s, times_s[-1] + step) if len(times_s) else np.array([0.0, 1.0])


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure
