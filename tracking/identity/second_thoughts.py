"""Who people are, thought over while they are in view: exchanges are put right as soon as what has
been seen since says so.

Association decides with each image. Here every doubtful moment is remembered for a while, with all
that was known of everybody before it, and weighed against what has been seen since: shape by the
side it is seen from, looks, motion across the moment. It is the same evidence as a bake's, asked
again and again as it grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping

import numpy as np

from ..people import Ints, People
from .bodies import (
    Body,
    Telling,
    evidence_of,
    increments,
    lasting_s,
    seconds_seen,
)
from .doubts import Doubt, begun, meetings
from .evidence import Evidence
from .links import RECALL_S
from .lives import Life, Lives
from .tracklets import LONGEST_STEP_S
from .weighing import weigh

WORTH_IT, WORTH_IT_AT_ONCE = 2.0, 1.0
"""Nats that putting people right must gain: once they have been shown, and before."""
DOUBTFUL_S = 20.0
"""A moment is thought of for so long."""
FIRST_S, LATER = 0.05, 1.6
"""What was seen for so long is enough to look at; and by how much longer until the next look."""
LATE_S = 0.08
"""An image may be so late and still be the first that tells what has to be shown."""
ONE_MEETING_S = 0.15
"""People who are apart for no longer are still meeting."""
LONGEST_MEETING_S = 60.0
"""Who was before it is not remembered for longer."""
MOST_DOUBTS, MOST_LOOKS = 100, 4
"""At a time, and with one image."""
TIDY_S = 1.0
GLIMPSE_S = 2.0
"""Somebody without an id is forgotten after that."""
_EPS_S = 1e-6

SETTLED_S = 0.5
"""After so long a moment may turn out not to have been one of doubt."""


class SecondThoughts:
    """People to People, unchanged and at once; `ids` tells who they are known to be by now.

    Args:
        aliases: the key of a newcomer to that of the earlier person who it was.
        look_ahead_s: how much later images are shown than they come here.
        hand_over: tells association of people put right: which key is whom another key was, what
            is known of each, and which keys are nobody; whether it has followed.
        said: the keys of people of whom a user has just said who they are, to their ids; emptied
            as it is taken in. What was in doubt about them is not any more.
    """

    look_ahead_s = 0.0

    def __init__(
        self,
        aliases: Mapping[int, int],
        look_ahead_s: float,
        hand_over: Callable[[dict[int, int], Evidence, set[int]], bool] | None = None,
        said: MutableMapping[int, int] | None = None,
    ) -> None:
        self._said = {} if said is None else said
        self._aliases, self._hand_over = aliases, hand_over
        self._window_s = look_ahead_s
        self.exchanges = 0
        """How often people have been put right."""
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._sizes: tuple[int, int] = (0, 0)
        self._begin(0, 0)

    def flush(self) -> list[People]:
        """Nothing is held back."""
        return []

    def push(self, item: People) -> list[People]:
        """See Stage."""
        rows = np.flatnonzero(item.seen)
        rows = rows[np.argsort(item.keys[rows], kind="stable")]
        if item.cut:
            self._shot += 1
        for new in self._bodies.keys() & self._aliases.keys():
            self._adopt(new, self._aliases[new])
        self._name(list(self._said), list(self._said.values()))
        self._believe(set(self._said))
        self._said.clear()
        if len(rows) and item.t_s > self._seen_s:  # the same image again says nothing
            self._see(item, rows)
            self._seen_s = item.t_s
        self._think(item.t_s)
        return [item]

    def ids(self, people: People) -> Ints:
        """(P,) ids of an image's people, as far as is known by now; 0 where somebody has none."""
        ids = people.ids.copy()
        for row, key in enumerate(people.keys.tolist()):
            life = self._lives.at(key, people.t_s) if ids[row] else None
            if life is not None:
                ids[row] = life.track_id
        return ids

    @property
    def remembered(self) -> int:
        """How many instants of how many people are kept, and doubts about them."""
        return len(self._doubts) + sum(len(body.times) for body in self._bodies.values())

    def _begin(self, betas: int, looks: int) -> None:
        self._nothing = np.zeros(9 + 3 * betas + looks + 2)
        self._telling = Telling(betas)
        self._bodies: dict[int, Body] = {}
        self._lives = Lives(self._bodies)
        self._doubts: list[Doubt] = []
        self._meetings: dict[tuple[int, int], Doubt] = {}
        self._live_ids: dict[int, int] = {}
        self._shot, self._tidy_s, self._seen_s = 0, -np.inf, -np.inf

    def _see(self, item: People, rows: Ints) -> None:
        sizes = item.frame.betas.shape[1], item.frame.appearance.shape[1]
        if sizes != self._sizes:
            self._begin(*sizes)
            self._sizes = sizes
        keys, t_s = item.keys[rows].tolist(), item.t_s
        places, noise = item.places[rows], item.noise[rows]
        met = meetings(t_s, self._shot, self._bodies, keys, places, noise)
        for key in keys:
            self._bodies.setdefault(key, Body([t_s - _EPS_S], [self._nothing], self._shot))
        self._name(keys, item.ids[rows].tolist())
        doubted = {key for pair in met for key in pair} | self._come_back(keys, t_s)
        for pair in met:
            self._meet(pair, t_s)
        since_s = t_s - np.array([self._bodies[key].seen_s for key in keys])
        betas, sums = increments(item, rows, lasting_s(since_s))
        self._telling.see(betas)
        for i, key in enumerate(keys):
            body = self._bodies[key]
            if body.shot != self._shot:
                body.recent, body.shot = [], self._shot
            body.see(sums[i], (t_s, places[i], noise[i]), key in doubted)
        for doubt in self._doubts:
            for key in doubt.keys:
                body = self._bodies[key]
                if body.seen_s == t_s:
                    doubt.see(key, body)

    def _name(self, keys: list[int], ids: list[int]) -> None:
        """Take over ids that are new, or that a user has changed."""
        changed: set[int] = set()
        for key, track_id in zip(keys, ids, strict=True):
            if track_id and key in self._bodies and self._live_ids.get(key) != track_id:
                if key in self._live_ids:
                    changed.add(key)
                self._live_ids[key] = track_id
                self._lives.begin(key, track_id, anew=key in changed)
        self._believe(changed)

    def _believe(self, keys: set[int]) -> None:
        """A user knows who they are: what was in doubt about them is not any more."""
        for doubt in list(self._doubts):
            if not keys.isdisjoint(doubt.keys):
                self._drop(doubt)

    def _come_back(self, keys: list[int], t_s: float) -> set[int]:
        """Newcomers and people who were away: anybody else who is away may be meant."""
        bodies = self._bodies
        back = {key for key in keys if t_s - bodies[key].seen_s > LONGEST_STEP_S}
        back |= {key for key in keys if bodies[key].shot != self._shot}
        if back:
            away = [
                key
                for key, body in bodies.items()
                if key in self._lives and LONGEST_STEP_S < t_s - body.seen_s < RECALL_S
            ]
            for key in back:
                if set(away) - {key}:
                    about = [key, *(one for one in away if one != key)]
                    self._doubt(begun(t_s, about, bodies, False))
        return back

    def _meet(self, pair: tuple[int, int], t_s: float) -> None:
        doubt = self._meetings.get(pair)
        going_on = doubt is not None and t_s - doubt.end_s <= ONE_MEETING_S
        if doubt is not None and going_on and t_s - doubt.start_s < LONGEST_MEETING_S:
            doubt.go_on(t_s)
            doubt.due_s = doubt.at_s + self._window_s
        else:
            self._meetings[pair] = self._doubt(begun(t_s, pair, self._bodies, True))

    def _doubt(self, doubt: Doubt) -> Doubt:
        doubt.due_s = doubt.start_s + self._window_s
        self._doubts.append(doubt)
        return doubt

    def _drop(self, doubt: Doubt) -> None:
        self._doubts.remove(doubt)
        if doubt.met and self._meetings.get(doubt.met) is doubt:
            del self._meetings[doubt.met]

    def _adopt(self, new: int, key: int) -> None:
        """A newcomer's key has turned out to be an earlier one."""
        body = self._bodies.pop(new)
        owner = self._bodies.setdefault(key, body)
        self._lives.adopt(new, key)
        self._live_ids.pop(new, None)
        for doubt in list(self._doubts):
            if new in doubt.keys and owner is not body:
                doubt.adopt(new, key, owner)
            if new in doubt.keys or len(doubt.keys) < 2:
                self._drop(doubt)
        if owner is not body:
            owner.go_on(body)

    def _think(self, t_s: float) -> None:
        looks = 0
        for doubt in self._doubts[:-MOST_DOUBTS]:
            self._drop(doubt)
        for doubt in self._doubts[::-1]:
            if doubt in self._doubts and t_s - doubt.end_s > DOUBTFUL_S:
                self._drop(doubt)
            elif doubt in self._doubts and t_s >= doubt.due_s - _EPS_S and looks < MOST_LOOKS:
                doubt.due_s = doubt.end_s + FIRST_S + LATER * (t_s - doubt.end_s)
                looks += self._look(doubt, t_s)
        if t_s - self._tidy_s > TIDY_S:
            self._tidy_s = t_s
            self._tidy(t_s)

    def _look(self, doubt: Doubt, t_s: float) -> bool:
        """Whether there was anything to weigh; people are put right where that gains."""
        weighed = weigh(doubt, self._lives, self._telling.weights)
        if weighed is None:
            return False
        shown = t_s - doubt.at_s > self._window_s + LATE_S
        if t_s - doubt.end_s > SETTLED_S and weighed.settled:
            self._drop(doubt)
        elif weighed.gain > (WORTH_IT if shown else WORTH_IT_AT_ONCE) and weighed.changes:
            self._put_right(doubt, weighed.changes)
        return True

    def _put_right(self, doubt: Doubt, pairs: list[tuple[Life, Life]]) -> None:
        keys = {life.key for pair in pairs for life in pair}
        for other in list(self._doubts):  # of the same moment: it has been decided
            same = other.start_s <= doubt.end_s + _EPS_S and other.end_s >= doubt.start_s - _EPS_S
            if same and other is not doubt and not keys.isdisjoint(other.keys):
                self._drop(other)
        before = {life: life.key for pair in pairs for life in pair}
        parts = {life: life.parts for life in before}
        self._lives.rejoin(pairs, doubt.at_s)
        lives = {key: life for life in before if (key := life.key)}
        owners = {key: old for key, life in lives.items() if (old := before[life])}
        nobody = {key for key, life in lives.items() if self._unseen(life)}
        sums = [self._lives.until(lives[key], np.inf) for key in owners]
        known = evidence_of(sums, self._telling.weights) if owners else None
        self.exchanges += 1
        if self._hand_over is None or known is None:
            return
        if not self._hand_over(owners, known, nobody):  # people are named alike everywhere
            self.exchanges -= 1
            self._lives.restore(parts)
            self._drop(doubt)
            return
        for key, life in lives.items():
            self._live_ids[key] = life.track_id
            if key in nobody:
                self._lives.end(key)

    def _unseen(self, life: Life) -> bool:
        """Whether nothing is left of somebody but a key that has not been seen since."""
        return seconds_seen(self._lives.until(life, np.inf)) <= 0

    def _tidy(self, t_s: float) -> None:
        """Forget what nobody asks for any more."""
        before_s = t_s - DOUBTFUL_S - self._window_s - TIDY_S
        oldest_s = min((doubt.start_s for doubt in self._doubts), default=np.inf)
        before_s = min(before_s, oldest_s - TIDY_S)
        self._lives.forget(before_s)
        for body in self._bodies.values():
            body.forget(before_s)
        in_doubt = {key for doubt in self._doubts for key in doubt.keys}
        for key, body in list(self._bodies.items()):
            away_s = t_s - body.seen_s
            gone = away_s > (RECALL_S if key in self._lives else GLIMPSE_S)
            if gone and key not in in_doubt and not self._lives.has_been(key):
                self._lives.end(key)
                del self._bodies[key]
                self._live_ids.pop(key, None)
