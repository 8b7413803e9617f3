"""Scores as people and programs read them."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from .parts import ALL, BODY, FACE, FULL, LEFT, RIGHT
from .scores import Scores

_PARTS = (FULL, BODY, FACE, LEFT, RIGHT, ALL)
_ROWS = ("NMVE", "NMJE", "MVE", "MPJPE", "PA-MVE", "PA-MPJPE")


def table(found: Scores) -> str:
    """Counts, then a row for each measure and a column for each part, in mm."""
    rows: list[tuple[str, ...]] = [("mm", *_PARTS)]
    for measure in _ROWS:
        errors = found.errors_mm[measure]
        rows.append((measure, *(_cell(errors.get(part)) for part in _PARTS)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([*_counts(found), "", *lines])


def _counts(found: Scores) -> list[str]:
    shares = (("F1", found.f1), ("precision", found.precision), ("recall", found.recall))
    return [
        f"{found.images} images, {found.true_people} people ({found.ignored} more ignored): "
        f"{found.found} found, {found.missed} missed, {found.false_positives} false positives",
        "  ".join(f"{name} {_cell(share, 3)}" for name, share in shares),
    ]


def _cell(value: float | None, digits: int = 1) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def as_json(found: Scores) -> dict[str, Any]:
    """Everything, with null where there is no number."""
    return {name: _plain(value) for name, value in asdict(found).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
