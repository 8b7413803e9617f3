"""Who is who over a whole take, decided once all of it is known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.messages import TRACK_OBSERVED
from livemocap.rotation import Array

from ..people import Ints, People
from .absence import rejoined
from .changes import cut_at_changes
from .evidence import gather, lasted_s
from .links import Links
from .partition import Partition
from .selection import some
from .sightings import Sightings, read_sightings
from .tracklets import cut_tracks

LEAST_SIGHTINGS, LEAST_S = 6, 0.15
"""Somebody seen less often, or for less long, is nobody."""
LEAST_SCORE = 0.6
"""Of somebody's sightings on average, who is then believed at once."""
LEAST_SHOWN, LEAST_SHOWN_S = 0.3, 0.5
"""Whoever has been shown in this share of their sightings, and for so long, is real whatever the
scores: association, which has seen them steadily, believed in them."""
CONNECTED_S = 0.5
"""Motion begins anew after a longer absence."""


class Stitch:
    """People to People over a whole take: `flush` gives all of it.

    Tracks are cut wherever they may have been mixed up, and the pieces are put together anew to
    the likeliest people; what is not sure stays apart. Everybody gets one shape. Only sightings
    come out: whoever fills gaps comes afterwards. Keys are those of this take alone. Where an
    engine with another body goes on, another take begins.

    Args:
        new_id: gives an id that nobody has had, for people whom association never believed;
            without it one above all of the take's.
    """

    look_ahead_s = math.inf

    def __init__(self, new_id: Callable[[], int] | None = None) -> None:
        self._new_id = new_id
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._take: list[People] = []

    def push(self, item: People) -> list[People]:
        """See Stage."""
        ended = self.flush() if self._take and _other_body(self._take[-1], item) else []
        self._take.append(item)
        return ended

    def flush(self) -> list[People]:
        """See Stage."""
        take = self._take
        self.reset()
        if not any(people.seen.any() for people in take):
            return [some(people, np.zeros(0, np.int64)) for people in take]
        seen = read_sightings(take)
        return _renamed(take, seen, who_is_who(seen), self._new_id)


def _other_body(before: People, now: People) -> bool:
    """Whether association began anew because shapes do not compare."""
    size = before.betas.shape[1] != now.betas.shape[1]
    return now.cut and (size or before.frame.body_hash != now.frame.body_hash)


def who_is_who(seen: Sightings) -> Ints:
    """(N,) number of the person of each sighting, 1 .. by first sighting; 0 for nobody."""
    number = np.zeros(len(seen.keys), np.int64)
    likely = np.flatnonzero(~_glimpses(seen))
    if len(likely):
        some_seen = seen.at(likely)
        person = _persons(some_seen)
        real = _real(some_seen, person)
        number[likely] = np.where(real, np.cumsum(real), 0)[person]
    return number


def _glimpses(seen: Sightings) -> Array:
    """(N,) whether a sighting is of a track too short and too doubtful to be anybody's."""
    _, track = np.unique(seen.keys, return_inverse=True)
    count = np.bincount(track)
    doubtful = np.bincount(track, seen.scores) / count < LEAST_SCORE
    unknown = np.bincount(track, seen.shown) == 0
    return ((count < LEAST_SIGHTINGS) & doubtful & unknown)[track]


def _persons(seen: Sightings) -> Ints:
    """(N,) number of the person of each sighting, from 0 by first sighting."""
    piece = cut_at_changes(seen, cut_tracks(seen))
    links = Links(seen, piece)
    tracks: dict[int, list[int]] = {}
    for i, key in enumerate(seen.keys[links.first].tolist()):
        tracks.setdefault(key, []).append(i)
    partition = Partition(links, gather(seen, piece, len(links)), tracks.values())
    partition.improve()
    person_of = np.empty(len(links), np.int64)
    for number, pieces in enumerate(rejoined(partition.persons)):
        person_of[pieces] = number
    return person_of[piece]


def _real(seen: Sightings, person: Ints) -> Array:
    """(P,) who has been seen often, long and surely enough."""
    count = np.bincount(person)
    lasted = lasted_s(seen)
    sure = np.bincount(person, seen.scores) >= LEAST_SCORE * count
    sure |= (np.bincount(person, seen.shown) >= LEAST_SHOWN * count) & (
        np.bincount(person, lasted * seen.shown) >= LEAST_SHOWN_S
    )
    return (count >= LEAST_SIGHTINGS) & (np.bincount(person, lasted) >= LEAST_S) & sure


def _renamed(
    take: Sequence[People], seen: Sightings, person: Ints, new_id: Callable[[], int] | None
) -> list[People]:
    """The sightings of the take under the names of `person` (N,)."""
    ids = _ids(take, seen, person, new_id)
    rest, betas = _shapes(take, seen, person)
    begun: dict[int, float] = {}
    bounds = np.searchsorted(seen.image, np.arange(len(take) + 1))
    result = []
    for people, first, end in zip(take, bounds, bounds[1:], strict=False):
        chosen = np.arange(first, end)[person[first:end] > 0]
        keys = person[chosen]
        if people.cut:
            begun.clear()
        fresh = [people.t_s - begun.get(key, -math.inf) > CONNECTED_S for key in keys.tolist()]
        begun.update(dict.fromkeys(keys.tolist(), people.t_s))
        result.append(
            some(
                people,
                seen.row[chosen],
                keys=keys,
                ids=ids[keys],
                states=np.full(len(keys), TRACK_OBSERVED, np.uint8),
                fresh=np.array(fresh, bool),
                rest_joints=rest[keys],
                betas=betas[keys],
            )
        )
    return result


def _ids(
    take: Sequence[People], seen: Sightings, person: Ints, new_id: Callable[[], int] | None
) -> Ints:
    """(P + 1,) track id of each person: that under which most of their sightings were shown."""
    shown = np.array([take[i].ids[r] for i, r in zip(seen.image, seen.row, strict=True)])
    known, column = np.unique(shown, return_inverse=True)
    votes = np.zeros((person.max(initial=0) + 1, len(known)))
    np.add.at(votes, (person, column), 1.0)
    votes[0], votes[:, known == 0] = 0.0, 0.0
    ids = np.zeros(len(votes), np.int64)
    earlier = np.linspace(1e-3, 0.0, len(known)) * (votes > 0)  # of two with as many sightings
    rows, columns = linear_sum_assignment(-votes - earlier)
    voted = votes[rows, columns] > 0
    ids[rows[voted]] = known[columns[voted]]
    nameless = np.flatnonzero(ids[1:] == 0) + 1
    following = itertools.count(int(known.max(initial=0)) + 1)
    ids[nameless] = [next(following) if new_id is None else new_id() for _ in nameless]
    return ids


def _shapes(take: Sequence[People], seen: Sightings, person: Ints) -> tuple[Array, Array]:
    """(P + 1, 55, 3) m and (P + 1, B): the mean of what the engine said, by score."""
    people = person.max(initial=0) + 1
    rest, betas = (
        np.zeros((people, *take[0].rest_joints.shape[1:])),
        np.zeros((people, seen.betas.shape[1])),
    )
    weight = np.zeros(people)
    for image, row, who, score in zip(seen.image, seen.row, person, seen.scores, strict=True):
        frame, detection = take[image].frame, take[image].rows[row]
        rest[who] += score * frame.rest_joints[detection]
        betas[who] += score * frame.betas[detection]
        weight[who] += score
    weight = np.maximum(weight, 1e-9)
    return (rest / weight[:, None, None]).astype(np.float32), (betas / weight[:, None]).astype(
        np.float32
    )
