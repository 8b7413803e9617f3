# ruff: noqa: E402 - where to import from has to be said first
"""What lifting gives: jitter, errors, bones, feet and delay, with and without it.

    python tests/bench/lifting_table.py --shared ../shared [--lifter own] [--clips shipped,salsa]
    python tests/bench/lifting_table.py --shared ../shared --ablate
    python tests/bench/lifting_table.py --shared ../shared --plot docs/img/lifting_modes.png

Clips and their truth: lifting_clips.py. Every number is a mean over the instants at which all rows
of a table show somebody. `jitter` is the second difference of joints about the pelvis in mm a
frame squared, `its error` that of the difference to the truth, whose lag is taken out: what is
jitter and no motion. `held` is how long an image waits, `lag` how much later yet its motion is.
`--lifter known` is none: it is the truth with a lifter's errors (tests/known_lifter.py).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import numpy as np
from known_lifter import KnownLifter
from lifting_clips import CLIPS, Clip
from lifting_measures import Shown, measures
from lifting_rows import MakeLifter, one_euro, raw, tracked, two_sided

from inference.lifting.registry import make_lifter
from livemocap.coords import project
from livemocap.rotation import Array
from tracking.config import LIMBS, TrackingConfig
from tracking.lifting.settings import LiftSettings

COLUMNS = {
    "jitter": "jitter",
    "jitter error": "its error",
    "MPJPE": "MPJPE, mm",
    "PA-MPJPE": "PA-MPJPE",
    "bones %": "bones, %",
    "slide cm": "slide, cm",
    "skate mm/s": "skate, mm/s",
    "held ms": "held, ms",
    "lag ms": "lag, ms",
}


@dataclass(frozen=True)
class Row:
    """A way to make motion of a clip's poses."""

    name: str
    show: Callable[[Clip, Shown, MakeLifter], Shown]
    """Of a clip, its raw poses and what makes lifters."""


def _tracked(mode: str, lift: bool, **config: Any) -> Callable[[Clip, Shown, MakeLifter], Shown]:
    def show(clip: Clip, seen: Shown, make: MakeLifter) -> Shown:
        return tracked(clip, mode, make if lift else None, TrackingConfig(mode=mode, **config))

    return show


ROWS = [
    Row("raw", lambda clip, seen, make: seen),
    Row("One-Euro, 1 Hz, 0.5", lambda clip, seen, make: one_euro(clip, seen)),
    Row("two-sided, as broadcast lifted", lambda clip, seen, make: two_sided(clip, seen, _ahead_s())),
    *(
        Row(f"{mode}{', lifted' if lift else ''}", _tracked(mode, lift))
        for mode in ("live", "broadcast", "bake")
        for lift in (False, True)
    ),
    *(
        Row(f"{mode}, adapted{', lifted' if lift else ''}", _tracked(mode, lift, adapt="on", adapt_steps=3))
        for mode in ("live",)
        for lift in (False, True)
    ),
]  # fmt: skip


def _settings(**changes: Any) -> Mapping[str, Any]:
    return {"tracking.lifting.stage.LiftSettings": partial(LiftSettings, **changes)}


ABLATED: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {
    "live": ("", {}, {}),
    "lifted live": ("live", {}, {}),
    "after smoothing": ("live", {"tracking.modes.stages": "late"}, {}),
    "limbs alone": ("live", {}, {"lift_bypass": ("torso",)}),
    "torso alone": ("live", {}, {"lift_bypass": tuple(n for n in LIMBS if n != "torso")}),
    "lifted directions as they are": ("live", _settings(engine_share=0.0, offset_hz=0.001), {}),
    "all of the lasting difference kept": ("live", _settings(engine_share=1.0), {}),
    "difference learnt twice as fast": ("live", _settings(offset_hz=1.0), {}),
    "no gate": ("live", _settings(gate_deg=180.0), {}),
}
"""Name to mode, patches and configuration."""


def _ahead_s() -> float:
    """Of a broadcast that lifts."""
    config = TrackingConfig()
    return (config.look_ahead_ms + config.lift_look_ahead_ms) * 1e-3


def lifters(name: str, clip: Clip, weights: Path | None) -> MakeLifter:
    """What makes lifters of this name for this clip."""
    if name == "known":
        K = clip.frames[0].K.astype(float)
        return lambda mode, ahead_s: KnownLifter(
            partial(true_joints, clip), partial(project, K), look_ahead_s=ahead_s
        )

    def make(mode: Any, ahead_s: float) -> Any:
        wait_s = ahead_s if np.isfinite(ahead_s) else 0.0
        return make_lifter(name, mode=mode, look_ahead_s=wait_s, weights=weights)

    return make


def true_joints(clip: Clip, since_s: float) -> Array:
    """(P, 22, 3) m so long after the first image."""
    t_s = since_s + clip.t_s[0]
    k = int(np.clip(np.searchsorted(clip.t_s, t_s, "right") - 1, 0, len(clip.t_s) - 2))
    share = np.clip((t_s - clip.t_s[k]) / (clip.t_s[k + 1] - clip.t_s[k]), 0, 1)
    return clip.joints[k] * (1 - share) + clip.joints[k + 1] * share


def late(config: TrackingConfig, who: Any, names: Any, lifting: Any = ()) -> list[Any]:
    """Live stages with lifting after smoothing."""
    from tracking.modes import InWorld, LivePose, LiveRepair, LiveRoot

    return [LiveRepair(), LivePose(), *lifting, LiveRoot(), InWorld(config, names)]


def ablated(clip: Clip, make: MakeLifter, name: str) -> Shown:
    mode, patches, config = ABLATED[name]
    settings = TrackingConfig(**config)
    running = [
        patch("tracking.tracker.stages" if value == "late" else target, late if value == "late" else value)
        for target, value in patches.items()
    ]  # fmt: skip
    for one in running:
        one.start()
    try:
        return tracked(clip, "live", make if mode else None, settings)
    finally:
        for one in running:
            one.stop()


def table(clip: Clip, shown: dict[str, Shown]) -> list[dict[str, float]]:
    """Print the clip's table; the numbers of its rows, the truth's last."""
    counted = np.all([np.isfinite(row.joints[:, :, 0, 0]) for row in shown.values()], 0)
    rows = {**shown, "truth": Shown(clip.joints)}
    found = [measures(clip, row, counted) for row in rows.values()]
    people = f"{clip.joints.shape[1]} people, {len(clip.t_s)} images"
    print(f"\n### {clip.name}: {people}, {int(counted.sum())} of {counted.size} counted\n")
    print("| | " + " | ".join(COLUMNS.values()) + " |\n|" + "---|" * (len(COLUMNS) + 1))
    for name, numbers in zip(rows, found, strict=True):
        print(f"| {name} | " + " | ".join(_text(c, numbers[c]) for c in COLUMNS) + " |", flush=True)
    return found


def _text(column: str, value: float) -> str:
    if not np.isfinite(value):
        return "the take" if column == "held ms" else "-"
    return f"{value:.0f}" if column in ("held ms", "lag ms", "skate mm/s") else f"{value:.1f}"


def verdict(rows: dict[str, dict[str, float]]) -> str:
    """Whether lifted live is twice as calm as One-Euro at no worse MPJPE, and beats the two-sided
    smoother as well."""
    euro, smoother = rows["One-Euro, 1 Hz, 0.5"], rows["two-sided, as broadcast lifted"]
    live, broadcast = rows["live, lifted"], rows["broadcast, lifted"]
    told = [
        f"{name} {euro[key] / live[key]:.2f} times less than One-Euro"
        for key, name in (("jitter", "jitter"), ("jitter error", "its error"))
    ]
    told.append(f"MPJPE {live['MPJPE'] - euro['MPJPE']:+.1f} mm")
    for name, one in (("live", live), ("broadcast", broadcast)):
        better = [c for c in ("jitter error", "MPJPE", "PA-MPJPE") if one[c] < smoother[c]]
        told.append(f"{name} beats the smoother in {', '.join(better) or 'nothing'}")
    return "lifted live: " + "; ".join(told)


def plot(tables: dict[str, dict[str, dict[str, float]]], path: Path) -> None:
    """Jitter against MPJPE of every row, one picture a clip."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4 * len(tables), 3.8), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (clip, rows) in zip(np.ravel(figure.subplots(1, len(tables))), tables.items(), strict=True):  # fmt: skip
        for mode, color in {
            "live": "tab:red",
            "broadcast": "tab:blue",
            "bake": "tab:green",
        }.items():
            before, after = rows[mode], rows[f"{mode}, lifted"]
            axes.annotate(
                "",
                (after["MPJPE"], after["jitter error"]),
                (before["MPJPE"], before["jitter error"]),
                arrowprops={"arrowstyle": "->", "color": color, "lw": 1.6},
            )
            axes.plot(before["MPJPE"], before["jitter error"], "o", mfc="white", color=color)
            axes.plot(
                after["MPJPE"], after["jitter error"], "o", color=color, label=f"{mode}, lifted"
            )
        for name, mark in (("One-Euro, 1 Hz, 0.5", "^"), ("two-sided, as broadcast lifted", "s")):
            axes.plot(rows[name]["MPJPE"], rows[name]["jitter error"], mark, color="gray", label=name.partition(",")[0])  # fmt: skip
        axes.set(title=clip, xlabel="MPJPE, mm", ylabel="error of second difference, mm/frame²")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shared", type=Path, required=True, help="with trackbench and mocap")
    parser.add_argument("--work", type=Path, default=Path("out/lifting"))
    parser.add_argument("--lifter", default="own", help="own, vp3d-causal ... or known")
    parser.add_argument("--weights", type=Path, help="instead of those that come along")
    parser.add_argument("--clips", default=",".join(CLIPS))
    parser.add_argument("--rows", default="", help="only rows whose name has this in it")
    parser.add_argument("--ablate", action="store_true", help="change one thing at a time, live")
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    tables: dict[str, dict[str, dict[str, float]]] = {}
    for name in args.clips.split(","):
        clip = CLIPS[name](args.shared, args.work)
        make, seen = lifters(args.lifter, clip, args.weights), raw(clip)
        if args.ablate:
            shown = {told: ablated(clip, make, told) for told in ABLATED}
        else:
            chosen = [row for row in ROWS if args.rows in row.name]
            shown = {row.name: row.show(clip, seen, make) for row in chosen}
        tables[name] = dict(zip(shown, table(clip, shown), strict=False))
        if not args.ablate and not args.rows:
            print(f"\n{verdict(tables[name])}")
    if args.plot:
        plot(tables, args.plot)


if __name__ == "__main__":
    main()
