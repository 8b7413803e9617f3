"""A growing table of samples in time: rows come at the end and go at the beginning."""

from __future__ import annotations

import math

import numpy as np

from livemocap.rotation import Array

FIRST_ROWS = 32


class Samples:
    """T rows of weighted values (T, K, *N) and of their weights (T, *N)."""

    def __init__(self, components: int, *shape: int) -> None:
        self.components = components
        self._weighted = np.zeros((FIRST_ROWS, components, *shape))
        self._weight = np.zeros((FIRST_ROWS, *shape))

    def put(self, row: int, value: Array, weight: Array) -> None:
        """(K, *N) and (*N) into a row."""
        while row >= len(self._weight):
            self._weighted = np.concatenate([self._weighted, np.zeros_like(self._weighted)])
            self._weight = np.concatenate([self._weight, np.zeros_like(self._weight)])
        np.multiply(value, weight, out=self._weighted[row])
        self._weight[row] = weight

    def between(self, first: int, end: int) -> tuple[Array, Array]:
        """Rows as (T, K, n) and (T, n), not copied."""
        weighted, weight = self._weighted[first:end], self._weight[first:end]
        rows, components, *_ = weighted.shape
        columns = math.prod(weight.shape[1:])
        return weighted.reshape(rows, components, columns), weight.reshape(rows, columns)

    def forget(self, first: int, end: int) -> None:
        """Rows `first` to `end` become the first ones."""
        self._weighted[: end - first] = self._weighted[first:end]
        self._weight[: end - first] = self._weight[first:end]

    def rearrange(self, kept: Array, added: int, value: Array, weight: float) -> None:
        """Keep these columns of the first axis of N, and add some that hold a value in all rows.

        Args:
            value: (K, added, *rest of N).
        """
        shape = (len(self._weight), added, *self._weight.shape[2:])
        self._weight = np.concatenate([self._weight[:, kept], np.full(shape, weight)], 1)
        new = np.broadcast_to(value * weight, (len(self._weighted), *value.shape))
        self._weighted = np.concatenate([self._weighted[:, :, kept], new], 2)
