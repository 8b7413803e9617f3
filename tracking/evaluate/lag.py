"""By how much shown motion comes late: the shift of the truth that fits it best.

Constant errors are no lag: the mean difference of each run is taken out first. The truth between
its frames is interpolated, so that lags shorter than a frame are found too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .motions import TrueMotion
from .runs import Matched
from .scenario import Poses

SHIFTS_S = np.arange(-16, 57) / 120
"""From early to late."""
_LEAST_RUN, _LEAST_ROWS = 30, 20
_NEAREST_M = 0.05


@dataclass(frozen=True, slots=True)
class LagCounts:
    """Squared differences for each of SHIFTS_S; those of several scenarios may be added."""

    body: Array
    """Of the joints relative to the pelvis."""
    root: Array
    """Of the pelvis in the image."""
    delay_s: float
    """Summed over rows."""
    rows: int

    def __add__(self, other: LagCounts) -> LagCounts:
        return LagCounts(
            self.body + other.body,
            self.root + other.root,
            self.delay_s + other.delay_s,
            self.rows + other.rows,
        )

    def body_lag_ms(self) -> float:
        """NaN where no run was long enough or nobody moved."""
        return _best_ms(self.body)

    def root_lag_ms(self) -> float:
        return _best_ms(self.root)

    def delay_ms(self) -> float:
        """Mean time from a frame to its rows; NaN where nobody knows."""
        return 1000 * self.delay_s / self.rows if self.rows else float("nan")


def count_lag(poses: Poses, matched: Matched) -> LagCounts:
    """The counts of one scenario."""
    body, root = np.zeros(len(SHIFTS_S)), np.zeros(len(SHIFTS_S))
    for run in matched.runs():
        if run.stop - run.start >= _LEAST_RUN:
            of_body, of_root = _differences(poses, matched, run)
            body += of_body
            root += of_root
    known = np.isfinite(poses.shown.delays_s)
    return LagCounts(body, root, float(poses.shown.delays_s[known].sum()), int(known.sum()))


def _differences(poses: Poses, matched: Matched, run: slice) -> tuple[Array, Array]:
    """Squared differences of one run for each shift, of the body and of the root."""
    person, truth = int(matched.people[run.start]), poses.truth
    times = truth.times_s[matched.frames[run]]
    inside = _within(truth, person, times)
    body, root = np.zeros(len(SHIFTS_S)), np.zeros(len(SHIFTS_S))
    if inside.sum() < _LEAST_ROWS:
        return body, root
    shown = _features(poses.shown.joints[matched.rows[run][inside]])
    true = _features(truth.joints[:, person])
    for n, shift in enumerate(SHIFTS_S):
        at = np.interp(times[inside] - shift, truth.times_s, np.arange(len(truth.times_s)))
        for sums, mine, theirs in zip((body, root), shown, true, strict=True):
            off = mine - _between(theirs, at)
            sums[n] = ((off - off.mean(0)) ** 2).sum()
    return body, root


def _within(truth: TrueMotion, person: int, times: Array) -> Array:
    """Which times stay where the person is present by whatever shift."""
    absent = np.concatenate([[0], np.cumsum(~truth.present[:, person])])
    first = np.searchsorted(truth.times_s, times - SHIFTS_S[-1], "right") - 1
    last = np.searchsorted(truth.times_s, times - SHIFTS_S[0])
    inside = (first >= 0) & (last < len(truth.times_s))
    last = np.minimum(last, len(truth.times_s) - 1)
    return inside & (absent[last + 1] == absent[np.maximum(first, 0)])


def _features(joints: Array) -> tuple[Array, Array]:
    """(T, 22, 3) to (T, 63) relative to the pelvis, and (T, 2) where that is seen."""
    body = (joints - joints[:, :1])[:, 1:].reshape(len(joints), -1)
    return body, joints[:, 0, :2] / np.maximum(joints[:, 0, 2:], _NEAREST_M)


def _between(rows: Array, at: Array) -> Array:
    before = np.minimum(np.floor(at).astype(int), len(rows) - 2)
    share = (at - before)[:, None]
    return rows[before] * (1 - share) + rows[before + 1] * share


def _best_ms(differences: Array) -> float:
    """Where they are least, by a parabola through the three around it."""
    if not differences.any():
        return float("nan")
    n = int(differences.argmin())
    shift = float(SHIFTS_S[n])
    if 0 < n < len(differences) - 1:
        before, least, after = differences[n - 1 : n + 2]
        bend = before - 2 * least + after
        step = float(SHIFTS_S[1] - SHIFTS_S[0])
        shift += 0.5 * step * float((before - after) / bend) if bend > 0 else 0.0
    return shift * 1000
