# ruff: noqa: E402 - where to import from has to be said first
"""How each mode of smoothing poses answers to swings, to a sudden turn and to rest.

    python tests/bench/tracking_response.py --plot docs/img/tracking_response.png

Gain and lag are those of one joint's angle against the images they belong to, without errors; a
mode's look-ahead comes on top. A swing all along without any rest is the bake's hardest case: small
fast ones look like errors to it. At rest an estimator's errors are put in: 5 degrees, a random walk
that is drawn back within 0.45 s.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from posing_people import MakeStage, angles_rad, played, stream, turned
from stage_response import step_response, swing_response

from tracking.smoothing.bake import BakePose
from tracking.smoothing.broadcast import BroadcastPose
from tracking.smoothing.live import LivePose

MODES: dict[str, MakeStage] = {"live": LivePose, "broadcast": BroadcastPose, "bake": BakePose}
COLORS = {"live": "tab:red", "broadcast": "tab:blue", "bake": "tab:green"}
SWINGS_HZ = np.array([0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6])
SWINGS_DEG = (10, 40)
LEAST_GAIN = 0.05
"""Of less than that nothing is left to be late."""

TURN_DEG = 45.0
ERRORS_DEG, MEMORY_S, REST_S = 5.0, 0.45, 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    figure = Figure(figsize=(12, 3.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    gain_axes, lag_axes, step_axes = figure.subplots(1, 3)
    for mode, make in MODES.items():
        for degrees, style in zip(SWINGS_DEG, ("--", "-"), strict=True):
            gain, lag_s = swing_response(make, SWINGS_HZ, np.radians(degrees), options.fps)
            label = f"{mode}, ±{degrees}°"
            gain_axes.plot(SWINGS_HZ, gain, style, color=COLORS[mode], label=label)
            lag_ms = np.where(gain > LEAST_GAIN, 1e3 * lag_s, np.nan)
            lag_axes.plot(SWINGS_HZ, lag_ms, style, color=COLORS[mode])
            pairs = zip(SWINGS_HZ, gain, lag_ms, strict=True)
            print(label, "  ".join(f"{hz:g} Hz {g:.2f} {lag:.0f} ms" for hz, g, lag in pairs))
        t_s, taken = step_response(make, np.radians(TURN_DEG), options.fps)
        step_axes.plot(t_s, taken, color=COLORS[mode], label=mode)
        print(f"{mode} at rest: {at_rest_deg(make, options.fps):.2f} deg rms about a 1 s mean")
    print(f"as estimated: {at_rest_deg(None, options.fps):.2f} deg")
    gain_axes.set(xlabel="swing, Hz", ylabel="gain", ylim=(0, 1.2))
    lag_axes.set(xlabel="swing, Hz", ylabel="lag without look-ahead, ms")
    step_axes.set(xlabel="s after a turn by 45°", ylabel="taken in", xlim=(-0.2, 0.5))
    gain_axes.legend(fontsize=7)
    step_axes.legend(fontsize=8)
    for axes in (gain_axes, lag_axes, step_axes):
        axes.grid(alpha=0.3)
    if options.plot:
        figure.savefig(options.plot)


def at_rest_deg(make: MakeStage | None, fps: float) -> float:
    """Rms about a mean over 1 s, of a joint that rests while its estimates err."""
    rng, kept = np.random.default_rng(0), np.exp(-1 / fps / MEMORY_S)
    wander = np.zeros(round(REST_S * fps))
    for k, step in enumerate(rng.normal(size=len(wander) - 1), 1):
        wander[k] = kept * wander[k - 1] + np.sqrt(1 - kept**2) * np.radians(ERRORS_DEG) * step
    images = stream(turned(wander[:, None]), np.arange(len(wander)) / fps)
    angle = angles_rad(played(make, images) if make else images)[:, 0]
    second = round(fps)
    mean = np.convolve(angle, np.full(second, 1 / second), "same")
    return float(np.degrees(np.sqrt(((angle - mean)[second:-second] ** 2).mean())))


if __name__ == "__main__":
    main()
