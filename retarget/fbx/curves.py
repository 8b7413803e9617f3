"""A skeleton's motion as curves: every frame of what moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from ..progress import Progress
from .channels import ROTATION, TRANSLATION, Channels
from .eulers import continuous_degrees
from .objects import Objects
from .skeleton import FbxSkeleton
from .ticks import frame_ticks

_STILL_M = 1e-7
"""A bone that never gets farther from its rest place than this stays there."""


@dataclass(frozen=True, kw_only=True)
class FbxMotion:
    """What B bones do at T instants, frame 0 at time 0."""

    rotations: Array
    """(T, B, 4) unit wxyz in the parent's axes, rest included."""
    translations: Array | None = None
    """(T, B, 3) m in the parent's axes, or (T, 3) of the first bone alone; None: as at rest."""

    @property
    def frames(self) -> int:
        return len(self.rotations)


def add_curves(
    objects: Objects,
    skeleton: FbxSkeleton,
    models: Sequence[np.int64],
    motion: FbxMotion,
    fps: Fraction,
    take: str,
    units_per_metre: float,
    progress: Progress,
) -> None:
    """Add a motion of the bones that `models` are the numbers of.

    Args:
        progress: counts bones.

    Raises:
        RetargetError: the motion is of another number of bones, has no frame, or has values that
            are no numbers.
    """
    require_fitting(skeleton, motion)
    places = local_translations(skeleton, motion)
    channels = Channels(objects, take, frame_ticks(motion.frames, fps))
    for bone, model in enumerate(models):
        progress(bone, len(models))
        rest = skeleton.rest_local_translation[bone]
        if (np.abs(places[:, bone] - rest) > _STILL_M).any():
            channels.add(model, TRANSLATION, places[:, bone] * units_per_metre)
        rest_wxyz = skeleton.rest_local_rotation[bone]
        angles = continuous_degrees(motion.rotations[:, bone], rest_wxyz)
        channels.add(model, ROTATION, angles)
    progress(len(models), len(models))


def require_fitting(skeleton: FbxSkeleton, motion: FbxMotion) -> None:
    """Raises RetargetError where a motion is not one of these bones, or has no frame."""
    bones, given = len(skeleton.names), motion.translations
    if motion.rotations.shape != (motion.frames, bones, 4) or not motion.frames:
        raise RetargetError(f"a motion of {bones} bones needs (frames, {bones}, 4) rotations")
    shapes = ((motion.frames, bones, 3), (motion.frames, 3))
    if given is not None and given.shape not in shapes:
        raise RetargetError(f"translations must be {shapes[0]} or {shapes[1]}")
    numbers = [motion.rotations] if given is None else [motion.rotations, given]
    if not all(np.isfinite(each).all() for each in numbers):
        raise RetargetError("the motion has values that are no numbers")


def local_translations(skeleton: FbxSkeleton, motion: FbxMotion) -> Array:
    """(T, B, 3) m of every bone."""
    given, shape = motion.translations, (*motion.rotations.shape[:2], 3)
    if given is not None and given.shape == shape:
        return given
    places = np.broadcast_to(skeleton.rest_local_translation, shape)
    if given is None:
        return places
    first = np.broadcast_to(np.arange(shape[1])[:, None] == 0, shape)
    return np.where(first, given[:, None], places)
