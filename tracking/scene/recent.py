"""The last so many of something, as one array."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


class Recent:
    """Rows of three numbers, of which the oldest are forgotten.

    Args:
        most: rows that are kept.
    """

    def __init__(self, most: int) -> None:
        self._kept = np.zeros((most, 3))
        self._count = 0

    def __len__(self) -> int:
        return min(self._count, len(self._kept))

    def extend(self, rows: Array) -> None:
        """Take (N, 3) more."""
        most = len(self._kept)
        rows = rows[-most:]
        self._kept[np.arange(self._count, self._count + len(rows)) % most] = rows
        self._count += len(rows)

    @property
    def rows(self) -> Array:
        """(N, 3) in no order."""
        return self._kept[: len(self)]
