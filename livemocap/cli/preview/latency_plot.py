"""Where the time goes between the grab of an image and its tracked people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from livemocap.messages import TrackFrame
from livemocap.metrics import percentiles
from livemocap.rotation import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STAGES = ("waiting for the engine", "inference", "tracking")
_COLORS = ("#9aa0a6", "#e69f00", "#56b4e9")


def stage_latencies_ms(frames: Sequence[TrackFrame]) -> Array:
    """(T, 3) ms: grab to engine, engine, engine to published track."""
    stamps = np.array(
        [[f.t_grab_ns, f.t_infer_ns, f.t_pose_ns, f.t_track_ns] for f in frames], np.int64
    ).reshape(-1, 4)
    return np.diff(stamps, axis=1) * 1e-6


def plot_latency(frames: Sequence[TrackFrame], path: Path, title: str) -> None:
    """Write a PNG: the stages stacked over the frames, and how they are spread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    latencies = stage_latencies_ms(frames)
    figure = Figure(figsize=(10, 4.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    over_time, spread = figure.subplots(1, 2, width_ratios=[3, 1])
    over_time.stackplot(
        np.arange(len(latencies)), *latencies.T, colors=_COLORS, labels=STAGES, linewidth=0
    )
    over_time.set(xlabel="frame", ylabel="ms since the grab", xlim=(0, max(1, len(latencies) - 1)))
    total = latencies.sum(1)
    if len(total):
        over_time.set_ylim(0, float(np.percentile(total, 99)) * 1.3 + 1)
    over_time.legend(loc="upper right", frameon=False, ncols=3, fontsize=9)
    _draw_spread(spread, latencies)
    for axes in (over_time, spread):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        axes.set_axisbelow(True)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    figure.savefig(path, format="png")


def _draw_spread(axes: Axes, latencies: Array) -> None:
    """A bar to p50 and a mark at p95 for each stage."""
    for column, color in enumerate(_COLORS):
        p50, p95 = percentiles(latencies[:, column].tolist())
        axes.bar(column, p50, color=color, width=0.6)
        axes.plot([column - 0.3, column + 0.3], [p95, p95], color="#333333", linewidth=1.5)
        axes.text(column, p95, f"{p50:.3g} / {p95:.3g}", ha="center", va="bottom", fontsize=8)
    axes.set(ylabel="ms, bar p50, mark p95")
    axes.set_xticks(range(len(STAGES)), ["wait", "infer", "track"])
