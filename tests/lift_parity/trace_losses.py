"""What DynaBOA evaluated on each image, against a trace of the reference."""

from __future__ import annotations

import numpy as np

from inference.adapt.dynaboa import Learning
from inference.adapt.losses import TERMS
from inference.adapt.options import Options
from inference.adapt.retrieval import Retrieval

from .arrays import Case, Check, largest_error

COLUMNS = ("upper", "total", *TERMS)
"""Of an evaluation."""

LOSS_GATE, ANGLE_GATE = 1e-4, 3e-6
NOISE_FACTOR = 5
"""Of what a term of the reference differs by between float32 and float64, if that is more."""
NOISY = {"teacher": 1.3e-2, "motion": 7e-4}
"""Differences of nearly equal things; 20 times the same, as measured on the goldens."""


def losses(case: Case, told: list[Learning], options: Options) -> list[Check]:
    """Steps, each term as it was evaluated, and what features changed by."""
    golden = case.golden
    mine = [np.array([[e.get(c, np.nan) for c in COLUMNS] for e in t.evaluations]) for t in told]
    theirs = [_without_padding(rows) for rows in golden["seq"][: len(told)]]
    angles = [_without_padding(row) for row in golden["one_minus_cos"][: len(told)]]
    if case.brief:
        theirs = [rows[: len(m)] for rows, m in zip(theirs, mine, strict=True)]
        angles = [row[: len(t.changes)] for row, t in zip(angles, told, strict=True)]
    apart = largest_error(np.concatenate([t.changes for t in told]), np.concatenate(angles))
    checks = [Check("one_minus_cos", apart, ANGLE_GATE)]
    if not case.brief and golden.has("steps"):
        steps = np.array([t.steps for t in told])
        checks.append(Check("steps", largest_error(steps, golden["steps"][: len(told)]), 0.0))
    if [len(m) for m in mine] != [len(rows) for rows in theirs]:
        return [*checks, Check("seq", float("inf"), LOSS_GATE)]
    return [*checks, *_by_column(case, np.concatenate(mine), np.concatenate(theirs), options)]


def _by_column(case: Case, mine: np.ndarray, theirs: np.ndarray, options: Options) -> list[Check]:
    noise, checks = _noise(case), []
    for column, name in enumerate(COLUMNS):
        gate = LOSS_GATE
        if column > 1:
            gate = max(gate, NOISY.get(name, 0.0), noise[column])
        if column == 0 and not options.bilevel:
            case.notes.append("seq, its level: with one level there is no lower or upper")
        elif not (np.isnan(mine[:, column]).all() and np.isnan(theirs[:, column]).all()):
            checks.append(Check(f"seq {name}", _share(mine[:, column], theirs[:, column]), gate))
    return checks


def _noise(case: Case) -> np.ndarray:
    """(8,) of each column, by the reference's own run in float64, where the file has one."""
    if "seq_f64" not in case.golden:
        return np.zeros(len(COLUMNS))
    exact = case.golden["seq_f64"]
    some = case.golden["seq"][: len(exact)]
    if some.shape != exact.shape:
        return np.zeros(len(COLUMNS))
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(some / exact - 1)
    apart[~np.isfinite(apart)] = 0
    return NOISE_FACTOR * apart.max((0, 1))


def _share(mine: np.ndarray, theirs: np.ndarray) -> float:
    """Largest error as a share of what should be; 0 is 0."""
    scale = np.where(theirs == 0, 1, np.abs(theirs))
    return largest_error(mine / scale, theirs / scale)


def _without_padding(rows: np.ndarray) -> np.ndarray:
    """What is not NaN at its beginning."""
    padded = np.isnan(rows if rows.ndim == 1 else rows[:, 0])
    return rows[: padded.argmax() if padded.any() else None]


def picks(case: Case, retrieval: Retrieval, told: list[Learning]) -> Check:
    """Samples in the order in which they were drawn."""
    drawn = case.golden["pick"][: len(told)].reshape(len(told), -1)
    theirs = [row[row >= 0] for row in drawn]
    mine = np.array(retrieval.picked)
    if case.brief:
        theirs = [row[: len(t.evaluations)] for row, t in zip(theirs, told, strict=True)]
    return Check("pick", largest_error(mine, np.concatenate(theirs)), 0.0)
