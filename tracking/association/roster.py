"""What is remembered of people, as arrays over them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import BODY_JOINTS

from ..config import TrackingConfig
from . import motion
from .arrays import Rows, replaced
from .build import Builds
from .detections import Seen
from .motion import UNKNOWN_VARIANCE
from .shape import Shapes

TRUST_GAIN, USUAL_GAIN = 0.3, 0.05
"""Of the running means of a person's scores, a sighting."""
STEADY_SHARE = 0.8
"""Somebody seen in this share of images is there all the time."""
LOOK_MEMORY_S = 3.0
"""How long the running appearance looks back."""
POSE_GONE_S = 2.0
"""A pose says nothing any more after this long."""
LONGEST_STEP_S = 0.2
"""A sighting after a gap counts for the running means as if it had lasted this long."""
FIRST_STEP_S = 1e-2
"""And the first one as this long."""


@dataclass(slots=True)
class Roster(Rows):
    """T people in order of their keys; times are seconds of capture."""

    keys: Array
    """(T,) see tracking.people.People."""
    ids: Array
    """(T,) 0 until a person is shown for the first time."""
    born_s: Array
    seen_s: Array
    """(T,) of the last sighting."""
    watched_s: Array
    """(T,) of the last sighting by a clock that stands still while no images come."""
    hits: Array
    """(T,) sightings."""
    chances: Array
    """(T,) images since the first sighting, that one included."""
    confirmed: Array
    pending: Array
    """(T,) whether somebody lost may be meant: no id until that is decided."""
    missed: Array
    """(T,) whether an image has come since the last sighting, without the person."""
    placed: Array
    """(T,) whether it is known where the person was: false after a cut."""
    fresh: Array
    """(T,) whether motion began with the last image."""
    trust: Array
    """(T,) running mean of the scores, of the last few sightings."""
    usual: Array
    """(T,) the same of many."""
    motion: Array
    """(T, 5, 3) see association.motion."""
    moved_s: Array
    """(T,) when `motion` was right."""
    last: Seen
    """The last sightings."""
    shapes: Shapes
    builds: Builds
    look: Array
    """(T, D) running mean of the appearance."""
    looked: Array
    """(T,) whether it is known."""
    unlearnt_s: Array
    """(T,) for how long the last sighting counts in what is learnt later; 0 when it has been."""

    @classmethod
    def of(cls, seen: Seen, keys: Array, now_s: float, watched_s: float, speed_ms: float) -> Roster:
        """(N,) people at their first sightings."""
        people = len(keys)
        no, now = np.zeros(people, bool), np.full(people, now_s)
        return cls(
            keys=keys,
            ids=np.zeros(people, np.int64),
            born_s=now,
            seen_s=now,
            watched_s=np.full(people, watched_s),
            hits=np.ones(people, np.int64),
            chances=np.ones(people, np.int64),
            confirmed=no,
            pending=no,
            missed=no,
            placed=~no,
            fresh=~no,
            trust=seen.scores,
            usual=seen.scores,
            motion=motion.begin(seen.places, seen.noise, speed_ms),
            moved_s=now,
            last=seen,
            shapes=Shapes.first(seen.shape),
            builds=Builds.unknown(people, seen.betas.shape[1]),
            look=seen.looks,
            looked=seen.looked,
            unlearnt_s=np.full(people, FIRST_STEP_S),
        )

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def variance(self) -> Array:
        """(T, 3) of the places that `motion` expects."""
        return np.minimum(self.motion[:, 2], UNKNOWN_VARIANCE)

    @property
    def spread_m(self) -> Array:
        """(T,) m, standard deviation across the view of where people are."""
        across = 0.5 * (self.motion[:, 2, 0] + self.motion[:, 2, 1])
        return np.sqrt(across) * np.exp(self.motion[:, 0, 2])

    def ordered(self) -> Roster:
        """The same people by key."""
        inorder = bool((self.keys[1:] > self.keys[:-1]).all())
        return self if inorder else self.take(self.keys.argsort())

    def advance(self, now_s: float, config: TrackingConfig) -> None:
        """Expect everybody where they should be at `now_s`."""
        if not len(self):
            return
        step_s = now_s - self.moved_s
        together = (step_s == step_s[0]).all()
        self.motion = motion.advance(
            self.motion,
            step_s[0] if together else step_s,
            config.root_speed_ms,
            config.root_speed_memory_s,
        )
        self.moved_s = np.full(len(self), now_s)

    def miss(self) -> None:
        """An image has come, and nobody is seen in it so far."""
        self.chances = self.chances + 1
        self.missed = np.ones(len(self), bool)
        self.fresh = np.zeros(len(self), bool)

    def blur(self, turned_rad: float) -> None:
        """The camera has turned by about so much: everybody may be elsewhere in view."""
        self.motion = self.motion.copy()
        self.motion[:, 2, :2] += turned_rad**2

    def displace(self, now_s: float) -> None:
        """Nobody is where they were, nor in the pose they had."""
        self.missed = np.ones(len(self), bool)
        self.placed = ~self.missed
        self.seen_s = np.minimum(self.seen_s, now_s - POSE_GONE_S)
        self.last = replace(self.last, engine_ids=np.full(len(self), -1, np.int64))

    def adopt(self, newcomers: Roster) -> Roster:
        """These people where (T,) newcomers are, as who they have turned out to be."""
        return replace(
            newcomers,
            keys=self.keys,
            ids=self.ids,
            born_s=self.born_s,
            hits=self.hits + newcomers.hits,
            chances=self.chances + newcomers.chances,
            usual=self.usual,
            confirmed=self.confirmed | newcomers.confirmed,
            pending=np.zeros(len(self), bool),
            fresh=np.ones(len(self), bool),
            shapes=self.shapes,
            builds=self.builds,
            look=self.look,
            looked=self.looked,
            unlearnt_s=np.full(len(self), LONGEST_STEP_S),
        )

    def expired(self, watched_s: float, config: TrackingConfig) -> Array:
        """(T,) who can be forgotten."""
        limit_s = np.where(self.confirmed, config.max_lost_s, config.tentative_s)
        return watched_s - self.watched_s > limit_s + 1e-9

    def without_looks(self, size: int) -> Roster:
        """The same people, their looks forgotten: there comes another kind of them."""
        nothing, no = np.zeros((len(self), size)), np.zeros(len(self), bool)
        told = self.last.told * [True, True, False]
        last = replace(self.last, looks=nothing, told=told)
        return replace(self, last=last, look=nothing, looked=no)

    def see(
        self, who: Array, seen: Seen, now_s: float, watched_s: float, config: TrackingConfig
    ) -> None:
        """Take in sightings of those at rows `who`, ascending; `learn` takes in the rest of it.

        Motion begins anew for whom nothing connects with the last sighting.
        """
        all_of_them = len(who) == len(self)
        since_s = now_s - (self.seen_s if all_of_them else self.seen_s[who])
        afresh = since_s > longest_pause_s(config)
        afresh |= ~self.placed[who]
        moved = self.motion if all_of_them else self.motion[who]
        moved = motion.corrected(moved, seen.places, seen.noise)
        if afresh.any():
            new = motion.begin(seen.places, seen.noise, config.root_speed_ms)
            moved = np.where(afresh[:, None, None], new, moved)
        found = np.zeros(len(self), bool)
        found[who] = True
        self._mark(found, now_s, watched_s)
        self.fresh = self._put(self.fresh, who, afresh)
        self.motion = self._put(self.motion, who, moved)
        self._believe(found, seen.scores, config)
        self.last = seen if all_of_them else self.last.put(who, seen)
        self.unlearnt_s = self.unlearnt_s + self._put(
            np.zeros(len(self)), who, np.minimum(since_s, LONGEST_STEP_S)
        )

    def _believe(self, found: Array, scores: Array, config: TrackingConfig) -> None:
        """Take in the scores of those who are `found` (T,)."""
        all_scores = np.zeros(len(self))
        all_scores[found] = scores
        off = found * (all_scores - self.trust)
        self.trust = self.trust + TRUST_GAIN * off
        self.usual = self.usual + np.maximum(1 / self.hits, USUAL_GAIN) * found * (
            all_scores - self.usual
        )
        if self.confirmed.all():
            return
        sure = (self.hits >= config.confirm_hits) & (self.trust >= config.least_score)
        steady = (self.seen_s - self.born_s >= config.steady_s - 1e-9) & (
            self.hits >= STEADY_SHARE * self.chances
        )
        self.confirmed = self.confirmed | (
            found & (sure | (steady & (self.usual >= config.steady_score)))
        )

    def _mark(self, found: Array, now_s: float, watched_s: float) -> None:
        self.hits = self.hits + found
        self.missed = self.missed & ~found
        self.placed = self.placed | found
        self.seen_s = np.where(found, now_s, self.seen_s)
        self.watched_s = np.where(found, watched_s, self.watched_s)

    def _put(self, values: Array, who: Array, new: Array) -> Array:
        return new if len(who) == len(self) else replaced(values, who, new)

    def learn(self, crowded: Array, config: TrackingConfig) -> None:
        """Take in what the last sightings tell of shapes, builds and looks.

        Args:
            crowded: (T,) whether somebody else's colours are in a person's box.
        """
        lasted_s, last = self.unlearnt_s, self.last
        if not lasted_s.any():
            return
        visible = last.visibility[:, :BODY_JOINTS].sum(1) / BODY_JOINTS
        self.shapes.see(last.shape, lasted_s * last.scores * visible, config.shape_memory_s)
        self.shapes.settle(self.confirmed, config.shape_change_m)
        sure = last.shaped & (lasted_s > 0)
        if sure.any():
            self.builds.learn(sure, last.betas, last.views, last.shape_noise, lasted_s)
        clean = last.looked & ~crowded & (lasted_s > 0)
        if clean.any():
            gain = np.where(self.looked, lasted_s / LOOK_MEMORY_S, 1.0) * clean
            self.look = normalize(self.look + gain[:, None] * (last.looks - self.look))
            self.looked = self.looked | clean
        self.unlearnt_s = np.zeros(len(self))


SHORTEST_PAUSE_S = 0.15


def longest_pause_s(config: TrackingConfig) -> float:
    """Somebody unseen for no longer goes on moving, even where prediction is not shown."""
    return max(config.predict_s, SHORTEST_PAUSE_S) + 1e-9
