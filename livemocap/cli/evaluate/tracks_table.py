"""The worth of tracks as people read it: a row for each number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tracking.evaluate.reid import GAPS_S
from tracking.evaluate.scoring import Scored, figures, total

Figures = dict[str, float]
Cell = Callable[[Figures], str]


def table(scored: Sequence[Scored], per_scenario: bool = False) -> str:
    """A column for the total, before it one for each scenario if wanted."""
    columns = {one.scenario.name: figures(one.counts) for one in scored if per_scenario}
    everything = total(scored)
    columns["total"] = figures(everything)
    rows = [
        ("", *columns),
        ("scenarios", *("1" for _ in range(len(columns) - 1)), str(len(scored))),
    ]
    for label, cell in _rows(with_motion=everything.motion is not None):
        rows.append((label, *(cell(found) for found in columns.values())))
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if c == 0 else cell.rjust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _number(name: str, digits: int = 1) -> Cell:
    def cell(found: Figures) -> str:
        value = found.get(name, math.nan)
        return "-" if math.isnan(value) else f"{value:z.{digits}f}"

    return cell


def _same_id(gap: str) -> Cell:
    def cell(found: Figures) -> str:
        share = _number(f"same id after {gap} s", 0)(found)
        return f"{share} of {found[f'gaps of {gap} s']:.0f}"

    return cell


def _beside(name: str, true: str, digits: int = 0) -> Cell:
    return lambda found: f"{_number(name, digits)(found)} ({_number(true, digits)(found)})"


_IDS: tuple[tuple[str, Cell], ...] = (
    ("people", _number("people", 0)),
    ("tracks", _number("tracks", 0)),
    ("HOTA", _number("HOTA")),
    ("  DetA", _number("DetA")),
    ("  AssA", _number("AssA")),
    ("  LocA", _number("LocA")),
    ("IDF1", _number("IDF1")),
    ("  IDP", _number("IDP")),
    ("  IDR", _number("IDR")),
    ("MOTA", _number("MOTA")),
    ("MOTP", _number("MOTP")),
    ("switches", _number("switches", 0)),
    ("fragments", _number("fragments", 0)),
    ("false", _number("false", 0)),
    ("missed", _number("missed", 0)),
    ("mostly tracked people", _number("mostly_tracked", 0)),
    ("mostly lost people", _number("mostly_lost", 0)),
    *((f"same id after {gap} s, %", _same_id(gap)) for gap in GAPS_S),
)
_MOTION: tuple[tuple[str, Cell], ...] = (
    ("MPJPE, mm", _number("mpjpe_mm")),
    ("PA-MPJPE, mm", _number("pa_mpjpe_mm")),
    ("absolute, mm", _number("mpjpe_absolute_mm")),
    ("root across, mm", _number("root_across_mm")),
    ("root depth, mm", _number("root_depth_mm")),
    ("rotation, deg", _number("rotation_deg", 2)),
    ("root rotation, deg", _number("root_rotation_deg", 2)),
    ("turned by over 90 deg, %", _number("flipped", 2)),
    ("acceleration, mm/frame2", _number("acceleration_mm")),
    ("root acceleration, mm/frame2", _number("root_acceleration_mm")),
    ("jerk, shown/true", _number("jerk_ratio", 2)),
    ("foot slide (truth), mm/s", _beside("foot_slide_mm_s", "true_foot_slide_mm_s")),
    ("delay, ms", _number("delay_ms")),
    ("lag of the body, ms", _number("lag_ms")),
    ("lag of the root, ms", _number("root_lag_ms")),
)


def _rows(with_motion: bool) -> tuple[tuple[str, Cell], ...]:
    return _IDS + _MOTION if with_motion else _IDS
