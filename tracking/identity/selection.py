"""Some of an image's people, under other names, and with others put among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from livemocap.messages import TRACK_PREDICTED

from ..people import Ints, People

ROWS = tuple(f.name for f in fields(People) if f.name not in ("frame", "t_s", "cut"))
"""The fields of People that have a row for each."""


def some(people: People, index: Ints, **changed: Any) -> People:
    """The people at `index`, with the given fields in place of theirs, in the order of keys."""
    kept = {name: getattr(people, name)[index] for name in ROWS} | changed
    order = np.argsort(kept["keys"], kind="stable")
    return replace(people, **{name: rows[order] for name, rows in kept.items()})


def with_unseen(people: People, missing: Sequence[People]) -> People:
    """With others put among them, who are not seen in this image; in the order of keys."""
    if not missing:
        return people
    everybody = [people, *missing]
    stacked: dict[str, Any] = {
        name: np.concatenate([getattr(one, name) for one in everybody]) for name in ROWS
    }
    unseen = np.arange(len(stacked["keys"])) >= len(people.keys)
    stacked["rows"] = np.where(unseen, -1, stacked["rows"])
    stacked["states"] = np.where(unseen, np.uint8(TRACK_PREDICTED), stacked["states"])
    order = np.argsort(stacked["keys"], kind="stable")
    return replace(people, **{name: rows[order] for name, rows in stacked.items()})
