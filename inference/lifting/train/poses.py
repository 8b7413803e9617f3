"""Many more motions than were captured: mixed, sped up, bent, with made-up arms and legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .motion import BODY, Motions
from .turns import from_rotvec, mixed, product
from .wander import wander

_UPPER = np.array([not name.endswith(("hip", "knee", "ankle", "foot")) for name in BODY.names])
_UPPER[0] = False
_STIFF = {"pelvis": 0.4, "knee": 0.5, "ankle": 0.7, "foot": 0.3, "spine1": 0.6, "spine2": 0.6}
_LOOSE = np.array(
    [_STIFF.get(name, _STIFF.get(name.partition("_")[2], 1.0)) for name in BODY.names], np.float32
)
"""How far each joint may be from what was captured, compared with a shoulder."""
_SHOULDERS = BODY.indices("left_shoulder", "right_shoulder")
_ELBOWS = BODY.indices("left_elbow", "right_elbow")
_HIPS = BODY.indices("left_hip", "right_hip")
_KNEES = BODY.indices("left_knee", "right_knee")
_SIDES = np.array([1, -1], np.float32)[:, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variety:
    """How often, and how much, motions are changed."""

    another: float = 0.5
    """Share of people with a second clip mixed in, in one of three ways."""
    bent_rad: float = 0.12
    straightened: float = 0.4
    """Captured knees and elbows are hardly ever straight: skeletons of other proportions were
    fitted to the markers. Those of people who just stand are."""
    arms: float = 0.35
    legs: float = 0.12
    tilted: float = 0.1
    still: float = 0.15


def varied_motions(
    motions: Motions, rng: np.random.Generator, people: int, times_s: Array, how: Variety
) -> tuple[Array, Array]:
    """Joint turns (22, 4, B, T) and pelvis (3, B, T) m of B made-up people at `times_s` (T,)."""
    speed = np.exp(rng.uniform(np.log(0.7), np.log(1.4), (people, 1)))
    speed = np.where(rng.random((people, 1)) < how.still, rng.uniform(0, 0.3, (people, 1)), speed)
    first, second = (motions.chosen(rng, people) for _ in range(2))
    moments = [
        rng.random((people, 1)) * 2 * motions.lengths_s[c, None] + speed * times_s
        for c in (first, second)
    ]
    local, pelvis = motions.at(first, moments[0])
    other, _ = motions.at(second, moments[1])
    share = _shares(rng, people, times_s, how.another)
    local = mixed(local, other, np.where(_UPPER[:, None, None], share[1], share[0])[:, None])
    if how.bent_rad:
        local = product(local, _bends(rng, people, times_s, how.bent_rad))
    _straighten(rng, local, how.straightened)
    _make_arms(rng, local, times_s, how.arms)
    _make_legs(rng, local, times_s, how.legs)
    local[0] = product(_tilts(rng, people, how.tilted), local[0])
    return local, pelvis


def _shares(rng: np.random.Generator, people: int, times_s: Array, often: float) -> Array:
    """(2, B, T) of the second clip in legs and upper body: another's upper body, halfway between
    the two, or from one to the other while we look."""
    kind = np.where(rng.random(people) < often, rng.integers(1, 4, people), 0)[:, None]
    middle = rng.uniform(times_s[0], times_s[-1], (people, 1))
    ramp = 1 / (1 + np.exp(-(times_s - middle) / rng.uniform(0.1, 0.4, (people, 1))))
    half = rng.uniform(0.2, 0.8, (people, 1)) + 0 * ramp
    legs = np.select([kind == 2, kind == 3], [half, ramp], 0.0)
    upper = np.select([kind == 1, kind == 2, kind == 3], [0 * ramp + 1, half, ramp], 0.0)
    return np.stack([legs, upper]).astype(np.float32)


def _bends(rng: np.random.Generator, people: int, times_s: Array, deviation_rad: float) -> Array:
    """(22, 4, B, T) part for good, part slowly changing."""
    lasting = rng.standard_normal((len(BODY.names), 3, people, 1), np.float32)
    moving = wander(rng, (len(BODY.names), 3, people), times_s, 0.9)
    share = rng.gamma(1.0, 1.0, (people, 1)).astype(np.float32)
    return from_rotvec(deviation_rad * _LOOSE[:, None, None, None] * (lasting + share * moving))


def _straighten(rng: np.random.Generator, local: Array, often: float) -> None:
    """Take some of the bend out of legs of some and elbows of some, in place, for good."""
    for parts in (((_KNEES, 1.0), (_HIPS, 0.6)), ((_ELBOWS, 1.0),)):
        some = np.flatnonzero(rng.random(local.shape[2]) < often)
        share = rng.uniform(0.3, 1, (len(some), 1)).astype(np.float32)
        for joints, much in parts:
            for joint in joints:
                bent = local[joint][:, some]
                straight = np.zeros_like(bent)
                straight[0] = 1
                local[joint][:, some] = mixed(bent, straight, much * share)


def _make_arms(rng: np.random.Generator, local: Array, times_s: Array, often: float) -> None:
    """Replace the arms of some, in place, by arms that wander about anywhere they can."""
    some = np.flatnonzero(rng.random(local.shape[2]) < often)
    size = rng.uniform(0.3, 1.2, (len(some), 1)).astype(np.float32)
    turn = from_rotvec(size * wander(rng, (2, 3, len(some)), times_s, rng.uniform(0.2, 1.2)))
    down = _about(2, -1.2 * _SIDES * np.ones_like(turn[:, 0]))
    usual = rng.uniform(0, 1.5, (len(some), 1)).astype(np.float32)
    bend = np.clip(usual + 0.7 * wander(rng, (2, len(some)), times_s, 0.6), 0, 2.5)
    for side in range(2):
        local[_SHOULDERS[side]][:, some] = product(turn[side], down[side])
        local[_ELBOWS[side]][:, some] = _about(1, -_SIDES[side] * bend[side])


def _make_legs(rng: np.random.Generator, local: Array, times_s: Array, often: float) -> None:
    """Replace the legs of some, in place: they sit, squat, or lift each leg as they like."""
    some = np.flatnonzero(rng.random(local.shape[2]) < often)
    lift = wander(rng, (2, len(some)), times_s, rng.uniform(0.4, 1.5))
    alike = (rng.random((len(some), 1)) < 0.5).astype(np.float32)
    sitting = (rng.random((len(some), 1)) < 0.4).astype(np.float32)
    lift[1] += alike * (lift[0] - lift[1])
    lift *= 1 - 0.9 * sitting
    hip = np.clip(0.7 + 0.8 * sitting + 0.6 * lift, -0.4, 2.0)
    knee = np.clip(0.9 + 0.7 * sitting + 0.9 * lift, 0, 2.4)
    apart = 0.15 * wander(rng, (2, 2, len(some)), times_s, 1.5) + 0.1
    for side in range(2):
        aside = product(_about(2, _SIDES[side] * apart[side, 0]), _about(1, apart[side, 1]))
        local[_HIPS[side]][:, some] = product(aside, _about(0, -hip[side]))
        local[_KNEES[side]][:, some] = _about(0, knee[side])


def _tilts(rng: np.random.Generator, people: int, often: float) -> Array:
    """(4, B, 1) most people are nearly upright, some bend down, a few lie."""
    kind = rng.random((people, 1))
    size = np.select([kind < 0.3 * often, kind < often], [1.5, 0.6], 0.06)
    away = rng.standard_normal((3, people, 1)) * size
    away[1] = 0
    return from_rotvec(away.astype(np.float32))


def _about(axis: int, angle: Array) -> Array:
    """(..., B, T) rad about x, y or z to (..., 4, B, T)."""
    rotvec = np.zeros((*angle.shape[:-2], 3, *angle.shape[-2:]), np.float32)
    rotvec[..., axis, :, :] = angle
    return from_rotvec(rotvec)
