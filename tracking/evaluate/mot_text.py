"""MOTChallenge's text files: one detection a line, `frame, id, left, top, width, height, ...`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from .errors import EvaluationError

_LEAST_COLUMNS = 6
_CONSIDERED, _CLASS, _VISIBLE = 6, 7, 8
_FIELDS = ("frame", "id", "left", "top", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class MotRows:
    """N detections in the order of the file."""

    frames: Array
    """(N,) from 1 on."""
    ids: Array
    """(N,)."""
    boxes: Array
    """(N, 4) left, top, width, height, px."""
    considered: Array
    """(N,) the seventh column, 1 where there is none: in truth 0 means `leave it out`."""
    classes: Array
    """(N,) -1 where there is none."""
    visible: Array
    """(N,) 0..1, 1 where nobody says."""


def read_mot(path: Path) -> MotRows:
    """A file of truth or of results; columns may be parted by commas or blanks.

    Raises:
        EvaluationError: it cannot be read, or a line is wrong; its number is told.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: cannot be read as text ({error})") from None
    rows: list[list[float]] = []
    known: dict[tuple[float, float], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _row(line, f"{path}, line {number}")
        first = known.setdefault((row[0], row[1]), number)
        if first != number:
            raise EvaluationError(
                f"{path}, line {number}: id {row[1]:.0f} is already in frame {row[0]:.0f} "
                f"(line {first})."
            )
        rows.append(row)
    return _columns(rows)


def _row(line: str, where: str) -> list[float]:
    """Nine numbers; what the line does not have is filled in."""
    cells = line.replace(",", " ").split()
    if len(cells) < _LEAST_COLUMNS:
        raise EvaluationError(
            f"{where}: {len(cells)} columns, expected {_LEAST_COLUMNS} or more: "
            f"{', '.join(_FIELDS)}."
        )
    try:
        numbers = [float(cell) for cell in cells[: _VISIBLE + 1]]
    except ValueError as error:
        raise EvaluationError(f"{where}: {error}.") from None
    _require_sense(numbers, where)
    return numbers + [1.0, -1.0, 1.0][len(numbers) - _LEAST_COLUMNS :]


def _require_sense(numbers: list[float], where: str) -> None:
    if not all(map(math.isfinite, numbers)):
        raise EvaluationError(f"{where}: a number is not finite.")
    if numbers[0] < 1 or any(number % 1 for number in numbers[:2]):
        raise EvaluationError(
            f"{where}: frame {numbers[0]:g} and id {numbers[1]:g}, expected whole numbers, frames "
            "from 1 on."
        )
    if numbers[4] < 0 or numbers[5] < 0:
        raise EvaluationError(f"{where}: a box of {numbers[4]:g} x {numbers[5]:g} px.")


def _columns(rows: list[list[float]]) -> MotRows:
    table = np.array(rows, float).reshape(-1, _VISIBLE + 1)
    return MotRows(
        frames=table[:, 0].astype(int),
        ids=table[:, 1].astype(int),
        boxes=table[:, 2:6],
        considered=table[:, _CONSIDERED],
        classes=table[:, _CLASS].astype(int),
        visible=np.where(table[:, _VISIBLE] < 0, 1.0, table[:, _VISIBLE]),
    )
