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
from dataclasses import dataclass, field
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

import tracking.modes
from inference.lifting.registry import make_lifter
from livemocap.coords import project
from livemocap.rotation import Array
from tracking.config import LIMBS, MODES, TrackingConfig
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


def _two_sided(clip: Clip, seen: Shown, make: MakeLifter) -> Shown:
    config = TrackingConfig()
    return two_sided(clip, seen, (config.look_ahead_ms + config.lift_look_ahead_ms) * 1e-3)


EURO, SMOOTHER = "One-Euro, 1 Hz, 0.5", "two-sided, as broadcast lifted"
_LIFTED = ((False, ""), (True, ", lifted"))
_ADAPTED = {"adapt": "on", "adapt_steps": 3}
ROWS = [
    Row("raw", lambda clip, seen, make: seen),
    Row(EURO, lambda clip, seen, make: one_euro(clip, seen)),
    Row(SMOOTHER, _two_sided),
    *(Row(m + told, _tracked(m, lift)) for m in MODES for lift, told in _LIFTED),
    *(Row(f"live, adapted{told}", _tracked("live", lift, **_ADAPTED)) for lift, told in _LIFTED),
]


@dataclass(frozen=True)
class Changed:
    """Live tracking with one thing of lifting changed."""

    lift: bool = True
    late: bool = False
    """Lifting comes after smoothing."""
    bypass: tuple[str, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    """Of LiftSettings."""


LIMBS_ALONE = tuple(name for name in LIMBS if name != "torso")
ABLATED = {
    "live": Changed(lift=False),
    "lifted live": Changed(),
    "after smoothing": Changed(late=True),
    "limbs alone": Changed(bypass=("torso",)),
    "torso alone": Changed(bypass=LIMBS_ALONE),
    "all that lasts is the engine's": Changed(settings={"engine_share": 1.0}),
    "difference learnt at 1 Hz": Changed(settings={"offset_hz": 1.0}),
    "gate 70 degrees": Changed(settings={"gate_deg": 70.0}),
}


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


def ablated(clip: Clip, make: MakeLifter, changed: Changed) -> Shown:
    """Live, with something changed."""
    settings = partial(LiftSettings, **dict(changed.settings))
    stages = late if changed.late else tracking.modes.stages
    with (
        patch("tracking.lifting.stage.LiftSettings", settings),
        patch("tracking.tracker.stages", stages),
    ):
        config = TrackingConfig(lift_bypass=changed.bypass)
        return tracked(clip, "live", make if changed.lift else None, config)


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
    euro, smoother, live = rows[EURO], rows[SMOOTHER], rows["live, lifted"]
    told = [
        f"One-Euro's {name} is {euro[key] / live[key]:.2f} times that of lifted live"
        for key, name in (("jitter", "jitter"), ("jitter error", "error of it"))
    ]
    told.append(f"MPJPE {live['MPJPE'] - euro['MPJPE']:+.1f} mm")
    for name in ("live, lifted", "broadcast, lifted"):
        better = [c for c in ("jitter error", "MPJPE", "PA-MPJPE") if rows[name][c] < smoother[c]]
        told.append(f"{name}, beats the smoother in {', '.join(better) or 'nothing'}")
    return "; ".join(told)


def plot(tables: dict[str, dict[str, dict[str, float]]], path: Path) -> None:
    """Jitter against MPJPE of every row, one picture a clip."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4 * len(tables), 3.8), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    pictures = np.ravel(figure.subplots(1, len(tables)))
    for axes, (clip, rows) in zip(pictures, tables.items(), strict=True):
        places = {name: (row["MPJPE"], row["jitter error"]) for name, row in rows.items()}
        for mode, color in zip(MODES, ("tab:red", "tab:blue", "tab:green"), strict=True):
            before, after = places[mode], places[f"{mode}, lifted"]
            arrow = {"arrowstyle": "->", "color": color, "lw": 1.6}
            axes.annotate("", after, before, arrowprops=arrow)
            axes.plot(*before, "o", mfc="white", color=color, label=mode)
            axes.plot(*after, "o", color=color, label=f"{mode}, lifted")
        for name, mark in ((EURO, "^"), (SMOOTHER, "s")):
            axes.plot(*places[name], mark, color="gray", label=name.partition(",")[0])
        axes.set(title=clip, xlabel="MPJPE, mm", ylabel="error of second difference, mm/frame²")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    pictures[0].legend(fontsize=7)
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
            shown = {told: ablated(clip, make, one) for told, one in ABLATED.items()}
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
