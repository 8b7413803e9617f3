"""The cheapest one-to-one matching, for the dozen or so people of an image.

SciPy has the same; importing it would take most of the second in which the engine has to be
ready, for matrices of six rows.
"""

from __future__ import annotations

from .observation import Array


def cheapest_pairs(cost: Array) -> list[tuple[int, int]]:
    """Rows and columns of `cost` (N, M) matched so that the sum is least, by row.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987); as many pairs as
    the shorter side has, so costs must be finite.
    """
    rows, columns = cost.shape
    if rows > columns:
        return sorted((row, column) for column, row in cheapest_pairs(cost.T))
    return _match_rows(cost.tolist(), columns)


def _match_rows(cost: list[list[float]], columns: int) -> list[tuple[int, int]]:
    row_price, column_price = [0.0] * len(cost), [0.0] * columns
    owner = [-1] * columns
    for row in range(len(cost)):
        _add_row(row, cost, row_price, column_price, owner)
    return sorted((row, column) for column, row in enumerate(owner) if row >= 0)


def _add_row(
    row: int,
    cost: list[list[float]],
    row_price: list[float],
    column_price: list[float],
    owner: list[int],
) -> None:
    """Find the shortest path from `row` to a free column, adjust prices, and shift owners."""
    columns = range(len(owner))
    distance, before = [float("inf")] * len(owner), [-1] * len(owner)
    done: list[int] = []
    here, last, travelled = row, -1, 0.0
    while True:
        for column in columns:
            if column in done:
                continue
            reduced = cost[here][column] - row_price[here] - column_price[column]
            if travelled + reduced < distance[column]:
                distance[column], before[column] = travelled + reduced, last
        last = min((c for c in columns if c not in done), key=distance.__getitem__)
        travelled = distance[last]
        done.append(last)
        if owner[last] < 0:
            break
        here = owner[last]
    row_price[row] += travelled
    for column in done[:-1]:
        row_price[owner[column]] += travelled - distance[column]
        column_price[column] -= travelled - distance[column]
    while last >= 0:
        owner[last] = owner[before[last]] if before[last] >= 0 else row
        last = before[last]
