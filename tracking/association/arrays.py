"""Structs of arrays: people as rows of several arrays at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

import numpy as np

from livemocap.rotation import Array


@dataclass(slots=True)
class Rows:
    """Dataclasses of arrays, or of further Rows, whose first axis is the same people.

    Arrays are replaced, never written to: whoever got one keeps what they got.
    """

    def take(self, rows: Array) -> Self:
        """Those of `rows`, indices or a mask, in that order."""
        if rows.dtype == bool:
            rows = rows.nonzero()[0]
        taken: list[Any] = []
        for name in _names(type(self)):
            value = getattr(self, name)
            taken.append(value.take(rows) if isinstance(value, Rows) else value.take(rows, 0))
        return type(self)(*taken)

    def without(self, rows: Array | Sequence[int]) -> Self:
        """All but those of `rows`, indices."""
        if not len(rows):
            return self
        first: Array = getattr(self, _names(type(self))[0])
        kept = np.ones(len(first), bool)
        kept[rows] = False
        return self.take(kept)

    def joined(self, other: Self) -> Self:
        """These people, then those of `other`."""
        return type(self)(
            *(_join([getattr(self, name), getattr(other, name)]) for name in _names(type(self)))
        )

    def put(self, rows: Array, other: Self) -> Self:
        """As it is, but for `rows`, which are those of `other`."""
        return type(self)(
            *(_put(getattr(self, name), rows, getattr(other, name)) for name in _names(type(self)))
        )


def replaced(values: Array, rows: Array, others: Array) -> Array:
    """(T, ...) as it is, but for (N,) `rows`, which are (N, ...)."""
    changed = values.copy()
    changed[rows] = others
    return changed


@cache
def _names(kind: type[Rows]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _join(parts: Sequence[Any]) -> Any:
    return parts[0].joined(parts[1]) if isinstance(parts[0], Rows) else np.concatenate(parts)


def _put(values: Any, rows: Array, others: Any) -> Any:
    if isinstance(values, Rows):
        return values.put(rows, others)
    return replaced(values, rows, others)
