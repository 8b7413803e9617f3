"""Which way is up in a file: found from how people stand in it."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, normalize, shortest_arc

from ..errors import RetargetError

UP_AXES = ("y", "z")
"""What a person may say of a file."""

_DIRECTIONS = np.concatenate([np.eye(3), -np.eye(3)])
_NAMES = ("+X", "+Y", "+Z", "-X", "-Y", "-Z")
_CLEAR = 0.5
"""Mean cosine between a body and an axis from which on it stands along it."""


def turn_upright(axis: str) -> Array:
    """(3, 3) to our world, +Y up, of points where `axis`, such as +Z, is up."""
    up = _DIRECTIONS[_NAMES.index(axis)]
    if axis == "-Y":  # pictures have it so: half a turn about where the camera looks from
        return np.diag([1.0, -1.0, -1.0])
    return shortest_arc(up, [0.0, 1.0, 0.0])


def up_axis(along_body: Array) -> str | None:
    """Which axis people stand along.

    Args:
        along_body: (T, 3) from the feet to the head, any length.

    Returns:
        +Y, +Z, ... or None where nobody stands: they lie, or roll all the time.
    """
    cosines = normalize(along_body).reshape(-1, 3).mean(0) @ _DIRECTIONS.T
    best = int(cosines.argmax())
    return _NAMES[best] if cosines[best] >= _CLEAR else None


def chosen_up(up: str | None) -> str | None:
    """What `--up` says, as an axis.

    Raises:
        RetargetError: it is neither y nor z.
    """
    if up is None:
        return None
    if up.lower() not in UP_AXES:
        raise RetargetError(f"--up {up}: expected {' or '.join(UP_AXES)}")
    return f"+{up.upper()}"
