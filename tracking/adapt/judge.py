"""How well parameters explain keyframes that they were not solved on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array

from .keyframes import Keyframe, Look
from .model import Looks, Posed, in_view, place_slopes, posed
from .parameters import TURNED, Parameters
from .solve import ASIDE_DOUBT_M, DEPTH_DOUBT, OUTLIER, POINT_M

_ROUNDS = 2
_DOUBTS = np.array([ASIDE_DOUBT_M, ASIDE_DOUBT_M, DEPTH_DOUBT])


def errors(looks: Sequence[Look], bones: Array, wanted: Parameters) -> Array:
    """(M,) how far off points are on average, in POINT_M and robust; of NaN for no points.

    Where each body stands may be off as it usually is, and is moved to where it fits best; poses
    are taken as they come.
    """
    seen = Looks.of(looks, bones)
    turns = np.zeros((len(looks), len(TURNED), 3))
    places = np.zeros((len(looks), 3))
    for _ in range(_ROUNDS):
        body = posed(seen, wanted, turns, places)
        places = places - _misplaced(seen, body, places)
    squares = (_off(seen, posed(seen, wanted, turns, places)) ** 2).sum(-1)
    robust = np.sqrt(squares / (1 + squares / OUTLIER**2))
    total = seen.sure.sum(1)
    return np.where(total > 0, (seen.sure * robust).sum(1) / np.maximum(total, 1e-9), np.nan)


def _off(seen: Looks, body: Posed) -> Array:
    """(M, 12, 2) from where points are seen to where the body has them, in POINT_M."""
    return (body.seen - seen.points) * (seen.pelvis[:, None, 2:] / POINT_M)


def _misplaced(seen: Looks, body: Posed, places: Array) -> Array:
    """(M, 3) the Gauss-Newton step for where bodies are."""
    off = _off(seen, body)
    weights = seen.sure / (1 + (off**2).sum(-1) / OUTLIER**2) ** 2
    slopes = np.repeat(place_slopes(body)[:, None], off.shape[1], 1)
    J = in_view(body, slopes) * (seen.pelvis[:, 2] / POINT_M)[:, None, None, None]
    JW = (J * weights[:, :, None, None]).swapaxes(-1, -2)
    H = (JW @ J).sum(1) + np.diag(_DOUBTS**-2)
    g = (JW @ off[..., None]).sum(1) + (places / _DOUBTS**2)[..., None]
    return np.linalg.solve(H, g)[..., 0]


def held_out_error(frames: Sequence[Keyframe], bones: Array, wanted: Parameters) -> float:
    """The mean of `errors` over keyframes."""
    return float(np.mean(errors([frame.now for frame in frames], bones, wanted)))
