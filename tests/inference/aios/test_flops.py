"""The fast path's arithmetic at full size: no more than it must be, whatever the machine."""

from __future__ import annotations

import pytest
from bench.aios_flops import LEFT, Count, counts

pytestmark = pytest.mark.timeout(900)  # many seconds of arithmetic, more on a busy machine


@pytest.fixture(scope="module")
def counted() -> tuple[Count, Count]:
    return counts()


def test_the_fast_path_needs_no_more_than_610_gflop(counted: tuple[Count, Count]) -> None:
    plain, fast = counted
    assert fast.total <= 610e9
    assert fast.total < plain.total


def test_no_part_of_the_fast_path_needs_more_than_the_plain_one(
    counted: tuple[Count, Count],
) -> None:
    plain, fast = counted
    assert all(fast.of(part) <= plain.of(part) for part in plain.products)
    assert min(plain.products.values()) > 0  # every part was found by its name


def test_the_parts_are_those_of_the_specification(counted: tuple[Count, Count]) -> None:
    plain, _ = counted
    gflop = {part: flop / 1e9 for part, flop in plain.products.items()}
    assert gflop["backbone"] == pytest.approx(174.7, abs=0.05)
    assert gflop["input projections"] == pytest.approx(10.3, abs=0.05)
    assert gflop["encoder"] == pytest.approx(340.8, abs=0.05)
    assert gflop["two-stage selection"] == pytest.approx(8.8, abs=0.05)
    assert gflop[LEFT] < 4
