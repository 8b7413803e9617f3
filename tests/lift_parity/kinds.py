"""Which comparison belongs to a golden file, by its name."""

from __future__ import annotations

from collections.abc import Callable

from . import hmr, lifters, people, trace, transformers
from .arrays import Case, Check

Compare = Callable[[Case], list[Check]]

_BY_PREFIX: tuple[tuple[str, Compare], ...] = (
    ("vp3d_wild", lifters.wild),
    ("vp3d_maths", lifters.maths),
    ("vp3d_people", people.together),
    ("vp3d_", lifters.temporal),
    ("pstmo_s_wild", lifters.wild),
    ("pstmo_wild", lifters.wild),
    ("pstmo_mae", transformers.masked),
    ("pstmo_refine", transformers.refined),
    ("pstmo_", transformers.windows),
    ("real_lift", transformers.published),
    ("hmr_forward", hmr.forward),
    ("dynaboa_parts", hmr.parts),
    ("dynaboa_webcam", trace.compare),
    ("dynaboa_internet", trace.compare),
)
"""The first whose beginning fits."""

KINDS = tuple(prefix.rstrip("_") for prefix, _ in _BY_PREFIX)


def comparison(kind: str) -> Compare:
    """
    Raises:
        KeyError: nothing is compared under that name.
    """
    for prefix, compare in _BY_PREFIX:
        if kind.startswith(prefix):
            return compare
    raise KeyError(kind)
