"""Which comparison belongs to a golden file, by its name."""

from __future__ import annotations

from collections.abc import Callable

from . import hmr, lifters, people
from .arrays import Arrays, Check

Compare = Callable[[str, Arrays, int, int], list[Check]]


def _without_body(compare: Callable[[str, Arrays, int], list[Check]]) -> Compare:
    return lambda kind, golden, salt, body_salt: compare(kind, golden, salt)


_BY_PREFIX: tuple[tuple[str, Compare], ...] = (
    ("vp3d_wild", _without_body(lifters.wild)),
    ("vp3d_maths", _without_body(lifters.maths)),
    ("vp3d_people", _without_body(people.together)),
    ("vp3d_", _without_body(lifters.temporal)),
    ("pstmo_s_wild", _without_body(lifters.wild)),
    ("pstmo_mae", _without_body(lifters.masked)),
    ("pstmo_refine", _without_body(lifters.refined)),
    ("pstmo_", _without_body(lifters.windows)),
    ("real_lift", _without_body(lifters.published)),
    ("hmr_forward", hmr.forward),
    ("dynaboa_parts", hmr.parts),
)
"""The first whose beginning fits."""


def comparison(kind: str) -> Compare:
    """
    Raises:
        KeyError: nothing is compared under that name.
    """
    for prefix, compare in _BY_PREFIX:
        if kind.startswith(prefix):
            return compare
    raise KeyError(kind)
