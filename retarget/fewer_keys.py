"""Which keys of a dense curve can go while it stays as near to what it was as is wanted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from livemocap.rotation import Array

Distance = Callable[[Array, Array], Array]
"""(N, C) values that lines between keys would have, (N, C) as they are: (N,) how far apart."""


def kept_keys(frames: Array, values: Array, distance: Distance, tolerance: float) -> Array:
    """Rows of the keys to keep, first and last among them, rising.

    Between two keys all components run on straight lines over the frames, as Blender's linear
    curves do. Wherever a line is farther from the values than `tolerance`, the worst place gets a
    key, everywhere at once, until there is none.

    Args:
        frames: (T,) rising.
        values: (T, C).
    """
    last = len(frames) - 1
    kept = np.zeros(len(frames), bool)
    kept[[0, last]] = True
    open_starts, open_ends = np.array([0]), np.array([last])
    while len(open_starts):
        wide = open_ends - open_starts > 1
        starts, ends = open_starts[wide], open_ends[wide]
        if not len(starts):
            break
        worst, error = _worst(frames, values, distance, starts, ends)
        split = error > tolerance
        kept[worst[split]] = True
        open_starts = np.concatenate([starts[split], worst[split]])
        open_ends = np.concatenate([worst[split], ends[split]])
    return np.flatnonzero(kept)


def _worst(
    frames: Array, values: Array, distance: Distance, starts: Array, ends: Array
) -> tuple[Array, Array]:
    """(S,) the row in each stretch that its line misses by the most, and by how much."""
    inside = ends - starts - 1
    firsts = np.concatenate([[0], np.cumsum(inside)[:-1]])
    stretch = np.repeat(np.arange(len(starts)), inside)
    rows = np.arange(inside.sum()) - firsts[stretch] + starts[stretch] + 1
    a, b = starts[stretch], ends[stretch]
    part = ((frames[rows] - frames[a]) / (frames[b] - frames[a]))[:, None]
    error = distance(values[a] + (values[b] - values[a]) * part, values[rows])
    largest = np.maximum.reduceat(error, firsts)
    at = np.where(error == largest[stretch], rows, len(frames))
    return np.minimum.reduceat(at, firsts), largest


def turned_apart_deg(straight: Array, values: Array) -> Array:
    """(N,) degrees between (N, 4) quaternions; the first need not be of unit length."""
    unit = straight / np.maximum(np.linalg.norm(straight, axis=-1, keepdims=True), 1e-9)
    chord = np.linalg.norm(unit - values, axis=-1)
    return np.degrees(4 * np.arcsin(np.minimum(chord / 2, 1.0)))


def angles_apart_deg(straight: Array, values: Array) -> Array:
    """(N,) degrees that (N, 3) Euler angles, rad, turn apart at most."""
    return np.degrees(np.abs(straight - values).sum(-1))


def axis_angles_apart_deg(straight: Array, values: Array) -> Array:
    """(N,) degrees between (N, 4) angles, rad, and axes."""
    return turned_apart_deg(_quats(straight), _quats(values))


def metres_apart(straight: Array, values: Array) -> Array:
    """(N,) between (N, 3) places."""
    return np.linalg.norm(straight - values, axis=-1)


def _quats(axis_angles: Array) -> Array:
    half = axis_angles[:, :1] / 2
    axes = axis_angles[:, 1:]
    axes = axes / np.maximum(np.linalg.norm(axes, axis=-1, keepdims=True), 1e-9)
    return np.concatenate([np.cos(half), np.sin(half) * axes], -1)
