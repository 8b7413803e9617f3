"""What is remembered of people, a row for each, in arrays side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from livemocap.rotation import Array


@dataclass(slots=True)
class Rows:
    """Fields are arrays of P people, or such dataclasses themselves."""

    def taken(self, rows: Sequence[int]) -> Self:
        """These rows only, some of them twice perhaps."""
        return type(self)(
            *(
                value.taken(rows) if isinstance(value, Rows) else np.take(value, rows, 0)
                for value in (getattr(self, field.name) for field in fields(self))
            )
        )

    def where(self, mask: Array, other: Self) -> Self:
        """Ours where `mask` (P,), those of `other` elsewhere."""
        return type(self)(
            *(
                mine.where(mask, theirs)
                if isinstance(mine, Rows)
                else np.where(mask.reshape(-1, *[1] * (mine.ndim - 1)), mine, theirs)
                for mine, theirs in (
                    (getattr(self, field.name), getattr(other, field.name))
                    for field in fields(self)
                )
            )
        )
