"""Scenarios to counts, counts to the numbers of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from livemocap.rotation import Array

from .clear import ClearCounts, count_clear
from .hota import ALPHAS, HotaCounts, count_hota
from .identity import IdentityCounts, count_identity
from .lag import LagCounts, count_lag
from .motion import count_motion
from .reid import GAPS_S, count_reid
from .runs import matched
from .scenario import Scenario
from .tally import Tally

MOTION = (
    "mpjpe_mm", "pa_mpjpe_mm", "mpjpe_absolute_mm", "root_across_mm", "root_depth_mm",
    "rotation_deg", "root_rotation_deg", "acceleration_mm", "root_acceleration_mm",
    "foot_slide_mm_s", "true_foot_slide_mm_s",
)  # fmt: skip
"""Means over matched people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All that a table needs; those of several scenarios may be added."""

    people: int
    tracks: int
    hota: HotaCounts
    clear: ClearCounts
    identity: IdentityCounts
    reid: Tally
    motion: Tally | None
    """None where people are boxes."""
    lag: LagCounts | None

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            people=self.people + other.people,
            tracks=self.tracks + other.tracks,
            hota=self.hota + other.hota,
            clear=self.clear + other.clear,
            identity=self.identity + other.identity,
            reid=self.reid + other.reid,
            motion=self.motion + other.motion if self.motion and other.motion else None,
            lag=self.lag + other.lag if self.lag and other.lag else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One scenario's verdict."""

    scenario: Scenario
    counts: Counts
    on_person: Array
    """(T, P) the track on each person, as a number in the scenario's overlaps, -1 for none."""


def score(scenario: Scenario) -> Scored:
    """Count everything that can be counted."""
    overlaps = scenario.overlaps
    clear, on_person = count_clear(overlaps)
    shows = scenario.poses and matched(scenario.poses, overlaps, on_person)
    counts = Counts(
        people=int((overlaps.person_frames() > 0).sum()),
        tracks=int((overlaps.track_frames() > 0).sum()),
        hota=count_hota(overlaps),
        clear=clear,
        identity=count_identity(overlaps),
        reid=count_reid(scenario.times_s, scenario.seen, scenario.counted, on_person),
        motion=count_motion(scenario.poses, shows) if scenario.poses and shows else None,
        lag=count_lag(scenario.poses, shows) if scenario.poses and shows else None,
    )
    return Scored(scenario=scenario, counts=counts, on_person=on_person)


def total(scored: Sequence[Scored]) -> Counts:
    """Of at least one scenario; ids of one mean nothing in another."""
    return reduce(add, (one.counts for one in scored))


def figures(counts: Counts) -> dict[str, float]:
    """The numbers by name; shares in percent, NaN where there is nothing to divide."""
    found = _id_figures(counts)
    for gap in GAPS_S:
        found[f"same id after {gap} s"] = 100 * counts.reid.mean(gap)
        found[f"gaps of {gap} s"] = counts.reid.counts.get(gap, 0)
    if counts.motion is not None:
        found |= _motion_figures(counts.motion)
    if counts.lag is not None:
        found["delay_ms"] = counts.lag.delay_ms()
        found["lag_ms"] = counts.lag.body_lag_ms()
        found["root_lag_ms"] = counts.lag.root_lag_ms()
    return found


def by_alpha(counts: Counts) -> dict[str, list[float]]:
    """HOTA and its parts for each threshold, percent."""
    hota = counts.hota
    parts = {"HOTA": hota.hota, "DetA": hota.det_a, "AssA": hota.ass_a, "LocA": hota.loc_a}
    rows = {"alpha": ALPHAS} | {name: 100 * part for name, part in parts.items()}
    return {name: np.round(row, 6).tolist() for name, row in rows.items()}


def _id_figures(counts: Counts) -> dict[str, float]:
    hota, clear, identity = counts.hota, counts.clear, counts.identity
    return {
        "people": counts.people,
        "tracks": counts.tracks,
        "HOTA": 100 * float(hota.hota.mean()),
        "DetA": 100 * float(hota.det_a.mean()),
        "AssA": 100 * float(hota.ass_a.mean()),
        "LocA": 100 * float(hota.loc_a.mean()),
        "IDF1": 100 * identity.f1,
        "IDP": 100 * identity.precision,
        "IDR": 100 * identity.recall,
        "MOTA": 100 * clear.mota,
        "MOTP": 100 * clear.motp,
        "switches": clear.switches,
        "fragments": clear.fragments,
        "false": clear.false,
        "missed": clear.missed,
        "mostly_tracked": clear.mostly_tracked,
        "partly_tracked": clear.partly_tracked,
        "mostly_lost": clear.mostly_lost,
    }


def _motion_figures(motion: Tally) -> dict[str, float]:
    found = {name: motion.mean(name) for name in MOTION}
    true_jerk = motion.mean("true_jerk")
    found["jerk_ratio"] = motion.mean("jerk") / true_jerk if true_jerk else float("nan")
    found["flipped"] = 100 * motion.mean("flipped")
    return found
