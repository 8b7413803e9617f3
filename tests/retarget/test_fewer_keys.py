"""Fewer keys: as near as asked for, by linear interpolation itself."""

from __future__ import annotations

import numpy as np
import pytest
from motion import smooth_rotvecs

from livemocap.rotation import Array, continuous, quat_from_rotvec
from retarget.fewer_keys import (
    Distance,
    angles_apart_deg,
    axis_angles_apart_deg,
    kept_keys,
    metres_apart,
    turned_apart_deg,
)

_ROTVECS = smooth_rotvecs(400)[:, 7]
_ANGLES = np.linalg.norm(_ROTVECS, axis=-1, keepdims=True)
CURVES = {
    "quaternions": (continuous(quat_from_rotvec(_ROTVECS)), turned_apart_deg),
    "eulers": (_ROTVECS, angles_apart_deg),
    "axis and angle": (np.concatenate([_ANGLES, _ROTVECS / _ANGLES], -1), axis_angles_apart_deg),
    "places": (_ROTVECS, metres_apart),
}


def _through(frames: Array, rows: Array, values: Array) -> Array:
    return np.stack([np.interp(frames, frames[rows], column) for column in values[rows].T], -1)


@pytest.mark.parametrize("tolerance", [0.05, 0.5, 5.0])
@pytest.mark.parametrize("kind", CURVES)
def test_no_frame_is_farther_off_than_asked_for(kind: str, tolerance: float) -> None:
    values, distance = CURVES[kind]
    frames = 7 + 0.8 * np.arange(len(values))
    rows = kept_keys(frames, values, distance, tolerance)
    assert (rows[0], rows[-1]) == (0, len(values) - 1)
    assert distance(_through(frames, rows, values), values).max() <= tolerance + 1e-9


@pytest.mark.parametrize("kind", ["quaternions", "eulers"])
def test_one_degree_takes_less_than_half_of_the_keys(kind: str) -> None:
    values, distance = CURVES[kind]
    assert len(kept_keys(np.arange(400), values, distance, 1.0)) < 200


def test_a_straight_line_needs_its_ends_and_a_corner_its_corner() -> None:
    line = np.minimum(np.arange(50.0), 20)[:, None] * [1.0, 2.0, 0.0]
    assert kept_keys(np.arange(50), line, metres_apart, 1e-6).tolist() == [0, 20, 49]


@pytest.mark.parametrize("length", [1, 2])
def test_short_curves_keep_all_they_have(length: int) -> None:
    values = np.arange(3.0 * length).reshape(length, 3)
    assert kept_keys(np.arange(length), values, metres_apart, 0.1).tolist() == list(range(length))


@pytest.mark.parametrize("distance", [turned_apart_deg, axis_angles_apart_deg])
def test_turns_are_measured_in_degrees(distance: Distance) -> None:
    angle = np.radians([[0.0], [30.0]])
    axis = np.broadcast_to([0.0, 1.0, 0.0], (2, 3))
    values = np.concatenate([angle, axis], -1)
    if distance is turned_apart_deg:
        values = quat_from_rotvec(angle * axis)
    assert distance(values[:1], values[1:])[0] == pytest.approx(30.0)
