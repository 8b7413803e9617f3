"""What a training that was stopped, or died, goes on from."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from .motion import TrainingError

LAYOUT = "livemocap-lifter-1"


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write it beside `path` and then put it there: whoever dies meanwhile has the one before.

    Raises:
        TrainingError: the disk is full or the folder cannot be written to.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            torch.save({"layout": LAYOUT, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or error
        raise TrainingError(
            f"{path}: the checkpoint cannot be written ({why}). The one before it is still "
            "there: make room and give the same command again."
        ) from error


def load(path: Path) -> dict[str, Any]:
    """
    Raises:
        TrainingError: it is no checkpoint of ours.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise _unlike(path, f"cannot be read: {str(error).splitlines()[0]}") from error
    layout = state.get("layout") if isinstance(state, dict) else None
    if layout != LAYOUT:
        raise _unlike(path, f"its layout is {layout!r}, expected {LAYOUT!r}")
    return state


def _unlike(path: Path, why: str) -> TrainingError:
    return TrainingError(
        f"{path}: no checkpoint of `livemocap train lifter` ({why}). Give another --out, or "
        "--afresh to begin anew."
    )
