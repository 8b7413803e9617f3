"""Made-up legs that walk, stand, jump and slide, with contacts that are true by construction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec, normalize, shortest_arc
from retarget.feet.legs import FeetAtRest, Legs

_DOWN, _FRONT = np.array([0.0, -1, 0]), np.array([0.0, 0, 1])


@dataclass(frozen=True, kw_only=True)
class Build:
    """A character's legs; metres."""

    thigh: float = 0.4
    shin: float = 0.42
    ankle: float = 0.08
    """Over the floor; the heel is on it, this far behind the ankle."""
    heel: float = 0.05
    foot: float = 0.13
    """From the ankle forward to where the toes bend, 2 cm over the floor."""
    hips: float = 0.18

    @property
    def leg(self) -> float:
        return self.thigh + self.shin

    @property
    def sole(self) -> Array:
        """(2, 3) m heel and toe from the ankle, the foot flat and facing +Z."""
        return np.array([[0, -self.ankle, -self.heel], [0, 0.02 - self.ankle, self.foot]])


GROWN = Build()
BUILDS = {
    "chibi": Build(thigh=0.2, shin=0.16, ankle=0.1, foot=0.1, hips=0.3),
    "long shins": Build(thigh=0.35, shin=0.6, ankle=0.06, foot=0.16),
    "giant": Build(thigh=1.3, shin=1.2, ankle=0.3, heel=0.2, foot=0.5, hips=0.4),
    "big feet": Build(thigh=0.42, shin=0.38, ankle=0.13, foot=0.22, hips=0.12),
}
"""Rigs on which the same rotations make feet slide and float."""


@dataclass(frozen=True, kw_only=True)
class TurnedLegs(Legs):
    """Legs that know how they were turned: the same rotations go onto other builds."""

    turns: Array
    """(..., 3, 2, 3, 3) world rotations of thighs, shins and feet."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """T frames of somebody's legs."""

    times_s: Array
    legs: TurnedLegs
    contacts: Array
    """(T, 2, 2) bool, heel and toe of both feet."""
    rest: FeetAtRest

    @property
    def frames(self) -> int:
        return len(self.times_s)


def walk(speed: float = 1.0, seconds: float = 2.5, fps: float = 60.0) -> Walk:
    """Somebody who walks along +Z: heels land first, toes leave last, nothing ever slides."""
    times_s = np.arange(round(seconds * fps)) / fps
    period, stance = 1.1, 0.62
    ankles, pitch, contacts = [], [], []
    for phase in (0.0, 0.5):
        cycle = times_s / period + phase
        step, share = np.floor(cycle), cycle - np.floor(cycle)
        place = (step - phase + stance / 2) * period * speed
        a, p, c = _stride(share, stance, place, period * speed)
        ankles.append(a)
        pitch.append(p)
        contacts.append(c)
    ankle, at = np.stack(ankles, 1), np.stack(pitch, 1)
    ankle[..., 0] += np.array([1, -1]) * GROWN.hips / 2
    hip = np.zeros_like(ankle)
    hip[..., 0] = np.array([1, -1]) * GROWN.hips / 2
    hip[..., 1] = (
        GROWN.ankle + 0.9 * GROWN.leg + 0.015 * np.cos(4 * np.pi * times_s / period)[:, None]
    )
    hip[..., 2] = (times_s * speed)[:, None]
    legs = legs_between(hip, ankle, matrix_from_rotvec(at[..., None] * [1, 0, 0]))
    return Walk(times_s=times_s, legs=legs, contacts=np.stack(contacts, 1), rest=at_rest())


def _stride(share: Array, stance: float, place: Array, stride: float) -> tuple[Array, Array, Array]:
    """Ankles (T, 3), pitch (T,) with the toes down positive, contacts (T, 2)."""
    land, rise = 0.12 * stance, 0.65 * stance
    toes_up = -0.3 * np.clip(1 - share / land, 0, 1) ** 2
    push = 0.75 * np.clip((share - rise) / (stance - rise), 0, 1) ** 2
    swing = np.clip((share - stance) / (1 - stance), 0, 1)
    soft = swing**3 * (10 - 15 * swing + 6 * swing**2)
    in_air = share > stance
    pitch = np.where(in_air, 0.75 + (-0.3 - 0.75) * soft, toes_up + push)
    turned = matrix_from_rotvec(pitch[:, None] * [1.0, 0, 0])
    heel, toe = (turned @ GROWN.sole[:, :, None][:, None])[..., 0]
    flat = np.stack([0 * place, 0 * place + GROWN.ankle, place], -1)
    by_heel, by_toe = flat + GROWN.sole[0] - heel, flat + GROWN.sole[1] - toe
    stands = np.where((share < rise)[:, None], by_heel, by_toe)
    start = flat + GROWN.sole[1] - _sole_at(0.75)[1]
    end = flat + np.array([0, 0, stride]) + GROWN.sole[0] - _sole_at(-0.3)[0]
    flies = start + (end - start) * soft[:, None]
    flies[:, 1] += 0.06 * np.sin(np.pi * soft)
    contacts = np.stack([share < rise, (share > land) & ~in_air], -1)
    return np.where(in_air[:, None], flies, stands), pitch, contacts


def _sole_at(pitch: float) -> Array:
    """(2, 3) m heel and toe from the ankle of a pitched foot."""
    return GROWN.sole @ matrix_from_rotvec(np.array([pitch, 0, 0])).T


def standing(seconds: float = 2.0, fps: float = 60.0, height: float = 0.97) -> Walk:
    """Somebody who stands with their feet side by side."""
    times_s = np.arange(round(seconds * fps)) / fps
    ankle = np.tile([0, GROWN.ankle, 0], (len(times_s), 2, 1))
    ankle[..., 0] += np.array([1, -1]) * GROWN.hips / 2
    hip = ankle + np.array([0, height * GROWN.leg, 0])
    flat = np.broadcast_to(np.eye(3), (len(times_s), 2, 3, 3))
    contacts = np.ones((len(times_s), 2, 2), bool)
    return Walk(
        times_s=times_s, legs=legs_between(hip, ankle, flat), contacts=contacts, rest=at_rest()
    )


def moved(of: Walk, step: Array) -> Walk:
    """Everything shifted by (T, 3) m or (3,) m."""
    legs = of.legs
    by = np.asarray(step)[..., None, :]
    places = {n: getattr(legs, n) + by for n in ("hip", "knee", "ankle", "toe", "heel")}
    same = TurnedLegs(**places, turns=legs.turns)
    return Walk(times_s=of.times_s, legs=same, contacts=of.contacts, rest=of.rest)


def legs_between(hip: Array, ankle: Array, foot: Array, build: Build = GROWN) -> TurnedLegs:
    """Legs (T, 2) from hips to ankles (T, 2, 3) m, knees to the front."""
    way = ankle - hip
    far = np.minimum(np.linalg.norm(way, axis=-1, keepdims=True), 0.9999 * build.leg)
    along = normalize(way)
    out = normalize(_FRONT - (along * _FRONT).sum(-1, keepdims=True) * along)
    near = (build.thigh**2 - build.shin**2 + far**2) / (2 * far)
    knee = hip + along * near + out * np.sqrt(np.maximum(build.thigh**2 - near**2, 0))
    sole = (foot[..., None, :, :] @ build.sole[..., None])[..., 0]
    thigh = shortest_arc(np.broadcast_to(_DOWN, knee.shape), knee - hip)
    shin = shortest_arc(np.broadcast_to(_DOWN, knee.shape), ankle - knee)
    return TurnedLegs(
        hip=hip,
        knee=knee,
        ankle=ankle,
        toe=ankle + sole[..., 1, :],
        heel=ankle + sole[..., 0, :],
        turns=np.stack([thigh, shin, np.broadcast_to(foot, shin.shape)], -4),
    )


def onto(of: Walk, build: Build) -> Walk:
    """The same rotations on another build, its pelvis carried in the measure of its legs."""
    legs, scale = of.legs, build.leg / GROWN.leg
    hip = legs.hip * scale
    hip[..., 0] += np.array([1, -1]) * (build.hips - scale * GROWN.hips) / 2
    hip[..., 1] += build.ankle - scale * GROWN.ankle
    thigh, shin, foot = np.moveaxis(legs.turns, -4, 0)
    knee = hip + build.thigh * (thigh @ _DOWN)
    ankle = knee + build.shin * (shin @ _DOWN)
    sole = (foot[..., None, :, :] @ build.sole[..., None])[..., 0]
    carried = TurnedLegs(
        hip=hip,
        knee=knee,
        ankle=ankle,
        toe=ankle + sole[..., 1, :],
        heel=ankle + sole[..., 0, :],
        turns=legs.turns,
    )
    return Walk(times_s=of.times_s, legs=carried, contacts=of.contacts, rest=at_rest(build))


def at_rest(build: Build = GROWN) -> FeetAtRest:
    """How it stands."""
    heights = np.tile([0.0, 0.02], (2, 1))
    return FeetAtRest(heights=heights, leg=np.array(build.leg))


def frame(legs: Legs, at: int | slice) -> Legs:
    """One frame as one person, (1, 2, ...)."""
    rows = slice(at, at + 1) if isinstance(at, int) else at
    names = ("hip", "knee", "ankle", "toe")
    heel = None if legs.heel is None else legs.heel[rows]
    return Legs(heel=heel, **{name: getattr(legs, name)[rows] for name in names})
