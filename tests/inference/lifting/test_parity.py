"""Lifting and HMR against the golden arrays of the references."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lift_parity.kinds import comparison

GOLDEN = Path(__file__).parents[2] / "reference" / "golden"
KINDS = sorted(path.stem for path in GOLDEN.glob("*.npz") if not path.stem.startswith("aios"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_every_array_is_the_references(kind: str) -> None:
    with np.load(GOLDEN / f"{kind}.npz") as file:
        golden = dict(file)
    checks = comparison(kind)(kind, golden, 0, 0)
    assert checks
    assert {check.name: check.error for check in checks if not check.holds} == {}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        comparison("aios_small")
