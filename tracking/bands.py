"""Diagonals of equations that tie each instant of a course to the next two."""

from __future__ import annotations

from livemocap.rotation import Array


def add_bends(bands: Array, weight: Array, first: Array, middle: Array, last: Array) -> None:
    """Add squares of what three instants in a row make together, for each T - 2 of them.

    Args:
        bands: (3, T, ...) changed, as solveh_banded takes upper diagonals.
        weight: (T - 2, ...) of each square, as are the next.
        first, middle, last: by how much each of the three counts.
    """
    bands[2, :-2] += weight * first * first
    bands[2, 1:-1] += weight * middle * middle
    bands[2, 2:] += weight * last * last
    bands[1, 1:-1] += weight * first * middle
    bands[1, 2:] += weight * middle * last
    bands[0, 2:] += weight * first * last
