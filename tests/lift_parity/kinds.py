"""Which comparison belongs to a golden file, by its name."""

from __future__ import annotations

from collections.abc import Callable

from . import lifters
from .arrays import Arrays, Check

Compare = Callable[[str, Arrays, int], list[Check]]

_BY_PREFIX: tuple[tuple[str, Compare], ...] = (
    ("vp3d_wild", lifters.wild),
    ("vp3d_maths", lifters.maths),
    ("vp3d_", lifters.temporal),
    ("pstmo_s_wild", lifters.wild),
    ("pstmo_mae", lifters.masked),
    ("pstmo_refine", lifters.refined),
    ("pstmo_", lifters.windows),
    ("real_lift", lifters.published),
)


def comparison(kind: str) -> Compare:
    """
    Raises:
        KeyError: nothing is compared under that name.
    """
    for prefix, compare in _BY_PREFIX:
        if kind.startswith(prefix):
            return compare
    raise KeyError(kind)
