"""A take cut into stretches of motion: one person from one beginning to the next."""

from __future__ import annotations

from collections.abc import Sequence

from ..people import People

Stretch = list[tuple[int, int]]
"""Image and row of People, oldest first."""


def stretches(take: Sequence[People]) -> list[Stretch]:
    """Everybody's, in the order of their beginnings; nobody's crosses a cut or an absence."""
    found: list[Stretch] = []
    running: dict[int, Stretch] = {}
    for image, people in enumerate(take):
        before, running = {} if people.cut else running, {}
        fresh = people.fresh.tolist()
        for row, key in enumerate(people.keys.tolist()):
            stretch = None if fresh[row] else before.get(key)
            if stretch is None:
                stretch = []
                found.append(stretch)
            stretch.append((image, row))
            running[key] = stretch
    return found
