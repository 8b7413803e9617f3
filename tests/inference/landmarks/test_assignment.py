from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from inference.landmarks.assignment import cheapest_pairs


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (6, 9), (9, 6), (8, 8)], ids=str)
def test_pairs_cost_as_little_as_scipys(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        cost = np.where(rng.random(shape) < 0.3, 1e6, rng.random(shape))
        pairs = cheapest_pairs(cost)
        assert len(pairs) == min(shape)
        assert len({column for _, column in pairs}) == len({row for row, _ in pairs}) == len(pairs)
        best = cost[linear_sum_assignment(cost)].sum()
        assert sum(cost[pair] for pair in pairs) == pytest.approx(best)


def test_pairs_come_by_row() -> None:
    assert cheapest_pairs(np.array([[2.0, 1.0], [1.0, 2.0], [0.0, 0.0]])) == [(0, 1), (2, 0)]


def test_nobody_is_matched_with_nobody() -> None:
    assert cheapest_pairs(np.zeros((0, 3))) == []
    assert cheapest_pairs(np.zeros((3, 0))) == []
