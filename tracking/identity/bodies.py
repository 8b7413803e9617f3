"""What has been seen under each key: where it was last, and running sums of what tells people
apart."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from ..association.build import INDEPENDENT_S, LONGEST_LOOK_S, shape_noise, view_terms
from ..association.motion import pelvis_of
from ..people import Ints, People
from .ends import FITTED_S, Motion, motion_at_end
from .evidence import FALSE_SCORE, VARIES, Evidence

SAMPLED_S = 0.1
"""Sums are kept this far apart, closer where there is doubt."""
FIT_STEP_S = 0.12
"""Places closer together say nothing new of motion."""
FIRST_S = 0.03
"""A first sighting counts as if it had lasted this long."""

Place = tuple[float, Array, Array]
"""Time in s, x/z, y/z, log z and their standard deviations."""


@dataclass(slots=True)
class Body:
    """What one key has shown."""

    times: list[float]
    sums: list[Array]
    """All that was known at each of `times`."""
    shot: int
    seen_s: float = -np.inf
    recent: list[Place] = field(default_factory=list)
    """Of the last FITTED_S before the last sighting."""
    _firm: bool = True
    """Whether the last of `times` is kept."""

    def see(self, sums: Array, place: Place, closely: bool) -> None:
        """Take in a sighting, worth `sums`; `closely` if just this instant may be asked for."""
        t_s = place[0]
        total = self.sums[-1] + sums
        if closely or self._firm or t_s - self.times[-2] >= SAMPLED_S:
            self.times.append(t_s)
            self.sums.append(total)
        else:
            self.times[-1], self.sums[-1] = t_s, total
        self._firm = closely
        self.seen_s = t_s
        self.recent = followed(self.recent, place)

    def go_on(self, other: Body) -> None:
        """Take over all that another key has shown since."""
        total = self.sums[-1]
        for t_s, sums in zip(other.times, other.sums, strict=True):
            if t_s > self.times[-1]:
                self.times.append(t_s)
                self.sums.append(total + sums)
        self.recent, self.shot, self.seen_s = other.recent, other.shot, other.seen_s

    def until(self, t_s: float) -> Array:
        """Sums of what had been seen at an instant."""
        return self.sums[max(bisect.bisect_right(self.times, t_s) - 1, 0)]

    def forget(self, before_s: float) -> None:
        """Let go of when it was that something was seen, long ago."""
        old = bisect.bisect_right(self.times, before_s) - 1
        if old > 0:
            del self.times[:old], self.sums[:old]


def followed(places: list[Place], place: Place) -> list[Place]:
    """Those within FITTED_S before `place`, and that one."""
    t_s = place[0]
    kept = [one for one in places if t_s - one[0] <= FITTED_S]
    if len(kept) > 1 and kept[-1][0] - kept[-2][0] < FIT_STEP_S:
        kept.pop()
    return [*kept, place]


def fitted(walks: list[list[Place]]) -> Motion:
    """Motion at the end of each walk."""
    places = [place for walk in walks for place in walk]
    longest, steps, first = max(len(walk) for walk in walks), [], 0
    for walk in walks:
        own = list(range(first, first + len(walk)))
        steps.append([first] * (longest - len(walk)) + own)
        first += len(walk)
    t_s, where, noise = zip(*places, strict=True)
    return motion_at_end(np.array(steps), np.array(t_s), np.array(where), np.array(noise))


class Telling:
    """How much each beta has told people apart so far."""

    def __init__(self, size: int) -> None:
        self._count, self._sum, self._squares = 1e-9, np.zeros(size), np.zeros(size)

    def see(self, betas: Array) -> None:
        """Take in (P, B)."""
        told = betas[betas.any(1)]
        self._count += len(told)
        self._sum = self._sum + told.sum(0)
        self._squares = self._squares + (told * told).sum(0)

    @property
    def weights(self) -> Array:
        """(B,) 0..1."""
        mean = self._sum / self._count
        variance = np.maximum(self._squares / self._count - mean * mean, 0.0)
        return variance / (variance + VARIES**2)


def increments(people: People, rows: Ints, lasted_s: Array) -> tuple[Array, Array]:
    """(P, B) betas of `rows` as the engine told them, and (P, E) what each sighting adds."""
    frame, detections = people.frame, people.rows[rows]
    betas = frame.betas[detections].astype(float)
    scores = people.scores[rows]
    front = matrix_from_quat(people.pose_wxyz[rows, 0])[:, :, 2]
    views = view_terms(front, pelvis_of(people.places[rows]))
    weight = betas.any(1) / (shape_noise(scores) * (1 + INDEPENDENT_S / lasted_s))
    weighed = (views * weight[:, None])[:, :, None]
    looks = frame.appearance[detections].astype(float)
    looks = np.nan_to_num(looks) * np.isfinite(looks).all(1, keepdims=True)
    seen_s = lasted_s * np.clip((scores - FALSE_SCORE) / 0.5, 0, 1)
    parts = (
        (weighed * views[:, None]).reshape(len(rows), -1),
        (weighed * betas[:, None]).reshape(len(rows), -1),
        looks,
        seen_s[:, None],
        (lasted_s * looks.any(1))[:, None],
    )
    return betas, np.concatenate(parts, 1)


def evidence_of(sums: list[Array], telling: Array) -> Evidence:
    """Of N parts, by their (E,) sums."""
    stacked, size = np.array(sums), len(telling)
    return Evidence(
        telling,
        stacked[:, :9].reshape(-1, 3, 3),
        stacked[:, 9 : 9 + 3 * size].reshape(-1, 3, size),
        stacked[:, 9 + 3 * size : -2],
        stacked[:, -2],
        stacked[:, -1],
    )


def seconds_seen(sums: Array) -> float:
    """For how long somebody was surely seen."""
    return float(sums[-2])


def lasting_s(since_s: Array) -> Array:
    """(P,) for how long sightings count, by (P,) s since the last ones, infinite for none."""
    return np.where(np.isinf(since_s), FIRST_S, np.clip(since_s, 1e-3, LONGEST_LOOK_S))
