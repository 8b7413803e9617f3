"""Root and feet of a whole take in one solution: feet that stand stay, for the least trouble.

What an estimate says of a leg is off by some centimetres that change within half a second, across
the leg rather than along it. So there are three courses to find: the pelvis, and how far either
foot is to be moved against its pose. All that is known of them is said in one sum of squares:
where the pelvis was seen and how smoothly it goes, that points which stand do not move, and that
moves of feet are small, slow and across the leg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .block_course import BlockCourse
from .contacts import POINT_HEIGHTS_M
from .floor import FAR_M, Floor
from .legs import feet_of
from .odometry import pelvis_at
from .settings import RootSmoothing

_ROUNDS = 3
"""Times that outliers are looked for anew."""
_SIZE = 9
"""Numbers of an instant: the pelvis, and by how much the left and the right ankle are moved."""
_PELVIS = np.eye(3, _SIZE)
_MOVED = np.eye(3, _SIZE, 3), np.eye(3, _SIZE, 6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clues:
    """What is known of T images of somebody."""

    dt_s: Array
    """(T - 1,)."""
    places: Array
    """(T, 3) x/z, y/z, log z as detected or expected."""
    trust: Array
    """(T, 3) 1 / their variances."""
    push: Array
    """(T - 1, 3) spectral density of the changes of their rates."""
    legs: Array
    """(T, 4, 2, 3) m from the pelvis."""
    contacts: Array
    """(T, 4) how surely ankles and toes stand."""
    rest: Array
    """(T - 1,) 0..1 how surely somebody stays where they are."""


def stand_still(
    clues: Clues, around: Array, settings: RootSmoothing, floor: Floor | None = None
) -> tuple[Array, Array]:
    """Solve it.

    Args:
        around: (T, 3) places near the solution, about which what is seen is taken for linear.

    Returns:
        (T, 3) places, and (T, 2, 3) m by which the ankles are to be moved.
    """
    s, dt_s = settings, clues.dt_s
    views = _views(around)
    seen = pelvis_at(around) + _turned(views, clues.places - around)
    to_place = np.linalg.inv(views)
    fixed = _unmoved(clues, to_place, s)
    feet = feet_of(clues.legs)
    if floor:
        _draw_down(fixed, clues, feet, pelvis_at(around), floor, s)
    held = _held(clues, s)
    over, slips = np.ones_like(clues.places), held
    course = np.zeros((len(seen), _SIZE))
    for _ in range(_ROUNDS):
        sums = fixed.copy()
        trust = to_place.swapaxes(1, 2) @ ((clues.trust / over)[..., None] * to_place)
        sums.add(_PELVIS, [1.0], trust, seen)
        _hold(sums, feet, slips)
        course = sums.solve()
        off = _turned(to_place, course[:, :3] - seen)
        over = np.maximum(np.abs(off) * np.sqrt(clues.trust) / s.glance, 1)
        speeds = _slips(course, feet) / dt_s[:, None, None]
        slips = held / (1 + (speeds * speeds).sum(-1) / s.slip_ms**2)
    pelvis = course[:, :3]
    z = pelvis[:, 2:]
    return np.concatenate([pelvis[:, :2] / z, np.log(z)], 1), course[:, 3:].reshape(-1, 2, 3)


def _unmoved(clues: Clues, to_place: Array, settings: RootSmoothing) -> BlockCourse:
    """Smoothness, rest and the size of moves: what no round changes."""
    s, dt_s = settings, clues.dt_s
    sums = BlockCourse(len(clues.places), _SIZE)
    view = to_place[1:-1]
    smooth = view.swapaxes(1, 2) @ (view / (clues.push[1:] * dt_s[1:, None])[..., None])
    before, after = 1 / dt_s[:-1], 1 / dt_s[1:]
    sums.add(_PELVIS, [before, -before - after, after], smooth)
    each = np.broadcast_to(np.eye(3), (len(dt_s), 3, 3))
    still = clues.rest / (s.rest_drift**2 * dt_s)
    sums.add(_PELVIS, [-1.0, 1.0], still[:, None, None] * each)
    # the errors of a leg are those of a random walk that is drawn back
    changes = s.leg_error_s / (2 * s.leg_error_m**2 * dt_s)
    share = np.append(dt_s, dt_s[-1]) / (2 * s.leg_error_s)
    for foot, moved in enumerate(_MOVED):
        sums.add(moved, [-1.0, 1.0], changes[:, None, None] * each)
        size = _across(clues.legs[:, 2, foot] - clues.legs[:, 0, foot], s)
        sums.add(moved, [1.0], share[:, None, None] * size)
    return sums


def _across(leg: Array, settings: RootSmoothing) -> Array:
    """(T, 3, 3) 1 / covariance of the error of a leg (T, 3) m from hip to ankle."""
    along = leg[:, :, None] * leg[:, None]
    along = along / np.maximum((leg * leg).sum(1), 1e-9)[:, None, None]
    return (np.eye(3) - along) / settings.leg_error_m**2 + along / settings.leg_length_m**2


def _held(clues: Clues, settings: RootSmoothing) -> Array:
    """(T - 1, 4) 1 / variances of what standing points may slip, m^-2."""
    trust = np.minimum(clues.contacts[1:], clues.contacts[:-1]) ** 2
    return _one_a_foot(trust) / (settings.lock_drift**2 * clues.dt_s)[:, None]


def _hold(sums: BlockCourse, feet: Array, slips: Array) -> None:
    """That points of the feet (T, 4, 3) do not move on the ground, as far as `slips` says."""
    steps, each = np.diff(feet, axis=0), np.eye(3)
    for point in range(4):
        chosen = _PELVIS + _MOVED[point % 2]
        sums.add(chosen, [-1.0, 1.0], slips[:, point, None, None] * each, -steps[:, point])


def _draw_down(
    sums: BlockCourse,
    clues: Clues,
    feet: Array,
    pelvis: Array,
    floor: Floor,
    settings: RootSmoothing,
) -> None:
    """That feet which stand are on the floor, unless they are far from it at `pelvis` (T, 3)."""
    s, dt_s = settings, np.append(clues.dt_s, clues.dt_s[-1])
    off = floor.over(feet + pelvis[:, None]) - POINT_HEIGHTS_M
    carried = clues.contacts * carrying(clues.legs, floor.up)
    trust = _one_a_foot(carried * carried) * (dt_s / (s.floor_s * s.floor_m**2))[:, None]
    trust = trust / (1 + (off / FAR_M) ** 2)
    wanted = POINT_HEIGHTS_M - floor.over(feet)
    for point in range(4):
        chosen = floor.up[None] @ _PELVIS
        sums.add(chosen, [1.0], trust[:, point, None, None], wanted[:, point, None])


def carrying(legs: Array, up: Array) -> Array:
    """(T, 4) 0..1 whether points of the feet are where feet are of somebody whom they carry: below
    the hip, for `up` (3,)."""
    reach = legs[:, 2] - legs[:, 0]
    below = -(reach @ up) / np.maximum(np.sqrt((reach * reach).sum(-1)), 1e-9)
    return np.tile(np.maximum(below, 0) ** 2, 2)


def _one_a_foot(trust: Array) -> Array:
    """(T, 4) trust in ankles and toes, together no more than one in either foot."""
    return trust / np.tile(np.maximum(trust[:, :2] + trust[:, 2:], 1), 2)


def _slips(course: Array, feet: Array) -> Array:
    """(T - 1, 4, 3) m by which ankles and toes move on the ground in a solution."""
    moved = course[:, 3:].reshape(-1, 2, 3)[:, [0, 1, 0, 1]]
    return np.diff(course[:, None, :3] + moved + feet, axis=0)


def _views(places: Array) -> Array:
    """(T, 3, 3) metres for x/z, y/z, log z at (T, 3) such places."""
    z = np.exp(places[:, 2])
    views = z[:, None, None] * np.eye(3)
    views[:, :2, 2] = places[:, :2] * z[:, None]
    return views


def _turned(views: Array, offsets: Array) -> Array:
    """(T, 3, 3) applied to (T, 3)."""
    return (views @ offsets[..., None])[..., 0]
