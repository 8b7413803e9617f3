"""Motions on their way to another process: one .npz, arrays only, nothing pickled."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from .errors import RetargetError
from .motion import PersonMotion

_ARRAYS = ("times_s", "local_wxyz", "pelvis", "rest_joints")


def save_motions(path: Path, motions: Sequence[PersonMotion], fps: Fraction) -> None:
    """Write motions that were resampled to `fps`."""
    arrays: dict[str, np.ndarray] = {
        "fps": np.array([fps.numerator, fps.denominator]),
        "track_ids": np.array([m.track_id for m in motions], np.int64),
        "starts_s": np.array([m.start_s for m in motions], float),
    }
    for row, motion in enumerate(motions):
        arrays |= {f"{row}_{name}": getattr(motion, name) for name in _ARRAYS}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_motions(path: Path) -> tuple[list[PersonMotion], Fraction]:
    """The inverse of `save_motions`.

    Raises:
        RetargetError: the file is missing or is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            fps = Fraction(*(int(n) for n in arrays["fps"]))
            people = zip(arrays["track_ids"].tolist(), arrays["starts_s"].tolist(), strict=True)
            return [
                PersonMotion(
                    track_id=track_id,
                    start_s=start_s,
                    **{name: arrays[f"{row}_{name}"] for name in _ARRAYS},
                )
                for row, (track_id, start_s) in enumerate(people)
            ], fps
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror or error}") from None
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise RetargetError(f"{path}: no file of motions ({error})") from None
