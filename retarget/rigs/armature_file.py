"""Armatures on their way between processes: one .npz, arrays only, nothing pickled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ..errors import RetargetError
from .armature import Armature
from .skeleton import RigSkeleton

_ARRAYS = ("heads", "axes", "tails")
_FLAGS = ("deforms", "connected")


def save_armatures(path: Path, armatures: Sequence[Armature]) -> None:
    """Write names and skeletons; what a file says of its joints is not kept."""
    arrays: dict[str, np.ndarray] = {"armatures": np.array([a.name for a in armatures], str)}
    for row, skeleton in enumerate(armature.skeleton for armature in armatures):
        arrays |= {f"{row}_{name}": getattr(skeleton, name) for name in _ARRAYS}
        arrays[f"{row}_names"] = np.array(skeleton.names, str)
        arrays[f"{row}_parents"] = np.array(skeleton.parents, np.int64)
        arrays |= {f"{row}_{name}": np.array(getattr(skeleton, name), bool) for name in _FLAGS}
    for row, placed in enumerate(armature.placed for armature in armatures):
        arrays |= {} if placed is None else {f"{row}_placed": placed}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_armatures(path: Path) -> list[Armature]:
    """The inverse of `save_armatures`.

    Raises:
        RetargetError: the file is missing or is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [
                Armature(
                    name=name, skeleton=_skeleton(arrays, row), placed=arrays.get(f"{row}_placed")
                )
                for row, name in enumerate(arrays["armatures"].tolist())
            ]
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror or error}") from None
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise RetargetError(f"{path}: no file of armatures ({error})") from None


def _skeleton(arrays: np.lib.npyio.NpzFile, row: int) -> RigSkeleton:
    deforms, connected = (tuple(arrays[f"{row}_{name}"].tolist()) for name in _FLAGS)
    heads, axes, tails = (arrays[f"{row}_{name}"] for name in _ARRAYS)
    return RigSkeleton(
        names=tuple(arrays[f"{row}_names"].tolist()),
        parents=tuple(arrays[f"{row}_parents"].tolist()),
        heads=heads,
        axes=axes,
        tails=tails,
        deforms=deforms,
        connected=connected,
    )
