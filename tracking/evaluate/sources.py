"""Any kind of results beside the truth of the same kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .bench_files import TRUTH_SUFFIX, bench_scenarios
from .errors import EvaluationError
from .mot_files import mot_scenarios
from .scenario import Scenario
from .take_files import SUFFIX, take_scenarios

_EXPECTED = (
    "expected takes (.mcap), MOTChallenge's text (.txt, SEQ/gt/gt.txt), or the tracking "
    f"benchmark's NAME{TRUTH_SUFFIX}"
)


def read_scenarios(results: Path, truth: Path, in_world: bool = False) -> Iterator[Scenario]:
    """Scenario after scenario of two files or two folders; what they are is told by the truth.

    Raises:
        EvaluationError, TakeError: a file is missing, cannot be read or does not fit the truth.
    """
    for path in (results, truth):
        if not path.exists():
            raise EvaluationError(f"{path}: no such file or folder.")
    if results.is_dir() and truth.is_file():
        raise EvaluationError(f"{results} is a folder and {truth} a file, expected two of a kind.")
    if truth.suffix == SUFFIX or (truth.is_dir() and any(truth.glob(f"*{SUFFIX}"))):
        return take_scenarios(results, truth, in_world)
    if truth.is_dir() and any(truth.glob(f"*{TRUTH_SUFFIX}")):
        return bench_scenarios(results, truth)
    if truth.suffix == ".txt" or (truth.is_dir() and _has_text(truth)):
        return mot_scenarios(results, truth)
    raise EvaluationError(f"{truth}: {_EXPECTED}.")


def _has_text(folder: Path) -> bool:
    patterns = ("*.txt", "gt/gt.txt", "*/gt/gt.txt")
    return any(True for pattern in patterns for _ in folder.glob(pattern))
