"""The bodies that this machine has, by the names that poses and tracks carry."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .body_model import OPEN_BODY, BodyModel
from .models.store import installed


def body_of(body_model: str) -> BodyModel | None:
    """The body of that name, or none if it is not here.

    Raises:
        BodyModelError: its file is damaged.
    """
    paths = [OPEN_BODY, installed("smplx")]
    return next((_load(path) for path in paths if path and path.stem == body_model), None)


@cache
def _load(path: Path) -> BodyModel:
    return BodyModel.load(path)
