"""Least squares over a course whose numbers hang together: one sparse system of equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import solveh_banded

from livemocap.rotation import Array


class BlockCourse:
    """Sums of squares over T instants of N numbers each, and the course that makes them least.

    A term ties an instant to the next two at most, so the system is banded.

    Args:
        instants: T, at least 3.
        size: N.
    """

    def __init__(self, instants: int, size: int) -> None:
        self._ties = np.zeros((3, instants, size, size))
        self._right = np.zeros((instants, size))

    def copy(self) -> BlockCourse:
        """The same sums, to be added to."""
        other = BlockCourse(0, 0)
        other._ties, other._right = self._ties.copy(), self._right.copy()
        return other

    def add(
        self,
        chosen: Array,
        factors: Sequence[Array | float],
        weights: Array,
        wanted: Array | float = 0.0,
    ) -> None:
        """That some combination of numbers should be as `wanted`, at `n` instants from the first.

        The combination at instant t is sum_i factors[i][t] * chosen @ numbers[t + i].

        Args:
            chosen: (K, N).
            factors: one to three, each (n,) or one for all: of an instant and of those after it.
            weights: (n, K, K) 1 / covariance.
            wanted: (n, K).
        """
        n = len(weights)
        square = chosen.T @ weights @ chosen
        drawn = (weights @ np.broadcast_to(wanted, (n, len(chosen)))[..., None])[..., 0] @ chosen
        shares = [np.broadcast_to(factor, (n,))[:, None] for factor in factors]
        for i, one in enumerate(shares):
            self._right[i : i + n] += one * drawn
            for k, other in enumerate(shares[i:]):
                self._ties[k, i : i + n] += (one * other)[..., None] * square

    def solve(self) -> Array:
        """(T, N)."""
        instants, size = self._right.shape
        bands = np.zeros((3 * size, instants, size))
        for ahead, ties in enumerate(self._ties):
            for column in range(size):
                for row in range(0 if ahead else column, size):
                    band = bands[ahead * size + row - column]
                    band[: instants - ahead, column] = ties[: instants - ahead, column, row]
        # stored by lower diagonals: LAPACK's way through upper ones may be a thousand times slower
        solved = solveh_banded(
            bands.reshape(3 * size, -1), self._right.ravel(), lower=True, check_finite=False
        )
        return solved.reshape(instants, size)
