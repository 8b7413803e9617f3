"""Who is who in one camera's images, decided image by image."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array

from ..config import TrackingConfig
from ..errors import TrackingError
from ..people import People
from .arrays import replaced
from .boxes import place_alone
from .clock import Clock
from .compare import log_ratios
from .detections import Seen, read_detections
from .directions import Directions, Known, admitted, kept
from .duplicates import crowded, first_showings
from .evidence import assign, return_prior
from .returning import WAIT_S, Clues, Returned, decide
from .roster import Roster, longest_pause_s
from .show import people_of, unseen

LIVE_S = 0.3
"""Motion still tells where somebody is for this long after the last sighting, or as long as they
are shown."""
BELOW_USUAL = 0.1
"""Somebody comes back with a score this much below their usual one."""
UNSHOWN_PRIOR = -3.0
"""Nats against somebody who was never shown, beside one who is: they may be the same."""
TWIN_NATS = 7.0
"""A detection that shows somebody a second time is no sighting of anybody else for less."""
FOUND_M = 0.12
"""Somebody missing is shown while it is known across the view to this where they are."""
LEARN_S = 0.1
"""How often the running means of shapes, builds and looks take in the latest sightings."""
NOBODY_NEW = 6.0
"""Nats for somebody lost to be back, once everybody whom the user expects has come."""
ALIASES = 1000
"""So many of the latest aliases are kept."""


class Associator:
    """PoseFrame to People, one for one: who is seen, and who is missing for a moment.

    Deterministic, with all state in the object. See tracking.stage.Stage.

    Args:
        ids: where new ids come from; cameras share one counter.
    """

    look_ahead_s = 0.0

    def __init__(self, config: TrackingConfig, ids: Iterator[int] | None = None) -> None:
        self._config = config
        self._ids = itertools.count(1) if ids is None else ids
        self._keys = itertools.count(1)
        self._live_s = max(LIVE_S, config.predict_s) + 1e-9
        self.dropped = 0
        """Detections that were broken (NaN, behind the lens)."""
        self.duplicates = 0
        """Detections left out because they showed somebody a second time."""
        self.directions = Directions()
        self.aliases: dict[int, int] = {}
        """The key of a newcomer on trial, who is no more, to that of the person it was."""
        self.said: dict[int, int] = {}
        """The key of somebody of whom a user has said who that is, to the id, until whoever thinks
        of that again has taken it in."""
        self.reset()

    def reset(self) -> None:
        """Forget everybody; ids and keys go on."""
        self._clock = Clock()
        self._learn_s = 0.0
        self._body: tuple[object, ...] = ()
        self._width_px = 0
        self._clues = Clues()
        self._people: People | None = None
        self.aliases.clear()
        self.said.clear()

    def push(self, frame: PoseFrame) -> list[People]:
        """Everybody at the instant of `frame`.

        An image that comes twice gives the same people twice. A late one tells nothing: its
        people are those of the last, none of them seen.
        """
        last = self._people
        if last is not None and self._clock.repeats(frame):
            self._people = replace(last, frame=frame)
        elif last is not None and self._clock.late(frame):
            return [unseen(last, frame)]
        else:
            self.learn()
            self._people = self._step(frame)
        return [self._people]

    @property
    def remembered(self) -> int:
        """How many people are known, in view or not."""
        return 0 if self._people is None else len(self._live) + len(self._lost)

    def flush(self) -> list[People]:
        """Nothing is held back."""
        return []

    def known(self) -> Known:
        """Everybody known, for a user to sort out; `follow` takes over what has come of it.

        Raises:
            TrackingError: nobody has been seen yet.
        """
        if self._people is None:
            raise TrackingError("nobody has been seen yet")
        self.learn()
        return Known(self._live, self._lost, self._clock.now_s)

    def follow(self, known: Known) -> None:
        """Go on with people as a user has sorted them out."""
        self._live, self._lost = known.live, known.lost
        self.aliases.update(known.merged)
        self.said.update(known.said)

    def new_id(self) -> int:
        """An id that nobody has had."""
        return next(self._ids)

    def learn(self) -> None:
        """Take the last image into what changes slowly: shapes, builds, looks.

        `push` begins with it. Whoever hands people on calls it afterwards, when nobody waits.
        """
        if self._people is None or self._clock.now_s < self._learn_s:
            return
        self._learn_s = self._clock.now_s + LEARN_S - 1e-6
        mixed = np.zeros(len(self._live), bool)
        if self._seen.looked.any():
            rows = self._seen.rows[crowded(self._seen)]
            mixed = np.isin(self._live.last.rows, rows)
        self._live.learn(mixed, self._config)

    def _step(self, frame: PoseFrame) -> People:
        anew = self._clock.advance(frame)
        self._seen, broken = read_detections(frame, self._config)
        self.dropped += broken
        other = self._begin(frame)
        if cut := anew or frame.cut > self._config.cut_score:
            self._break()
        self._lose(self._gap_s(self._live) > self._live_s)
        self._live.miss()
        self._live.advance(self._clock.now_s, self._config)
        if frame.camera_motion_px > 0:
            self._live.blur(frame.camera_motion_px / float(frame.K[0, 0]))
        self._meet(self._see_live())
        self._lost.miss()
        self._retire()
        return self._show(frame, cut or other)

    def _begin(self, frame: PoseFrame) -> bool:
        """Forget everybody if bodies do not compare with those before; whether that is so."""
        self._width_px = frame.width
        seen = self._seen
        body = frame.body_hash, seen.shape.shape[1], seen.expression.shape[1]
        if self._people is not None and (body == self._body or not len(seen.rows)):
            if len(seen.rows) and seen.looks.shape[1:] != self._live.look.shape[1:]:
                self._live = self._live.without_looks(seen.looks.shape[1])
                self._lost = self._lost.without_looks(seen.looks.shape[1])
            return False
        nobody = seen.take(np.zeros(0, np.int64))
        self._live = self._lost = self._newcomers(nobody)
        self._body = body if len(seen.rows) else ()
        return True

    def _newcomers(self, seen: Seen) -> Roster:
        keys = np.array([next(self._keys) for _ in range(len(seen.rows))], np.int64)
        clock = self._clock
        return Roster.of(seen, keys, clock.now_s, clock.watched_s, self._config.root_speed_ms)

    def _see_live(self) -> Array:
        """Take in sightings of those in view; (R,) detections that show nobody of them."""
        seen, live = self._seen, self._live
        which = np.zeros(0, np.int64)
        if len(live) and len(seen.rows):
            ratios = log_ratios(live, seen, self._gap_s(live))
            ratios += UNSHOWN_PRIOR * (live.ids == 0)[:, None]
            who, which = assign(ratios)
            weak = ratios[who, which] < TWIN_NATS
            if weak.any():
                good = ~weak
                good[weak] = self._undisputed(seen.take(which[weak]), ratios[who, which][weak])
                if not weak.all():
                    good[weak] &= first_showings(seen.take(which[weak]), seen.take(which[~weak]))
                who, which = who[good], which[good]
            self._see(live, who, seen.take(which))
        if len(which) == len(seen.rows):
            return which[:0]
        rest = np.delete(np.arange(len(seen.rows)), which)
        first = first_showings(seen.take(rest), seen.take(which))
        self.duplicates += len(rest) - int(first.sum())
        return rest[first]

    def _undisputed(self, seen: Seen, ratios: Array) -> Array:
        """(P,) which of `seen`, weakly known as somebody in view with `ratios` (P,) nats, are not
        rather somebody lost."""
        if not len(self._lost):
            return np.ones(len(ratios), bool)
        return np.asarray(self._lost_ratios(seen).max(0) < ratios)

    def _lost_ratios(self, seen: Seen) -> Array:
        """(L, P) nats for the lost."""
        lost = self._lost
        lost.advance(self._clock.now_s, self._config)
        gap_s = self._gap_s(lost)
        return log_ratios(lost, seen, gap_s) + return_prior(gap_s, ~lost.missed)[:, None]

    def _see(self, roster: Roster, who: Array, seen: Seen) -> None:
        roster.see(who, seen, self._clock.now_s, self._clock.watched_s, self._config)

    def _gap_s(self, people: Roster) -> Array:
        """(T,) since the last sightings."""
        return self._clock.now_s - people.seen_s

    def _meet(self, rest: Array) -> None:
        """Find out who detections `rest` and newcomers on trial are: somebody lost, or new."""
        live = self._live
        trial = (live.pending & ~live.missed).nonzero()[0]
        if not (len(rest) or len(trial)):
            return
        seen = self._seen.take(rest)
        doubtful = np.zeros(len(rest), bool)
        if not len(self._lost):
            live.pending = live.pending & live.missed
            self._clues.clear()
        else:
            returned = self._decide(seen, trial)
            live.pending = replaced(live.pending, trial, returned.pending)
            self._bring_back(returned, seen, trial)
            known = [which for _, which in returned.seen]
            seen, doubtful = seen.without(known), np.delete(returned.doubtful, known)
        self._welcome(seen, doubtful)

    def _decide(self, seen: Seen, trial: Array) -> Returned:
        """Judge the lost against detections and newcomers at rows `trial`."""
        live, lost, now_s = self._live, self._lost, self._clock.now_s
        newcomers = live.take(trial)
        unknown = seen.joined(newcomers.last)
        ratios = self._lost_ratios(unknown)
        ratios = place_alone(ratios, lost.missed, unknown, self._width_px)
        if self._room() == 0:
            ratios += NOBODY_NEW
        new = len(seen.rows)
        ratios[:, new:] = self._clues.mean(newcomers.keys, lost.keys, ratios[:, new:])
        return decide(
            ratios,
            ~lost.missed,
            seen.scores,
            newcomers.trust,
            now_s - newcomers.born_s >= WAIT_S,
            np.minimum(self._config.return_score, lost.usual - BELOW_USUAL),
        )

    def _bring_back(self, returned: Returned, seen: Seen, trial: Array) -> None:
        """Put those who are back in view; whoever has turned out to be one of them is no more."""
        live, lost = self._live, self._lost
        if not (returned.seen or returned.adopted):
            return
        back, which = _columns(returned.seen)
        found = lost.take(back)
        self._see(found, np.arange(len(back)), seen.take(which))
        owners, newcomers = _columns(returned.adopted)
        gone = trial[newcomers]
        owned = lost.take(owners).adopt(live.take(gone))
        for key, owner in zip(live.keys[gone].tolist(), owned.keys.tolist(), strict=True):
            self.aliases[key] = owner
        while len(self.aliases) > ALIASES:
            del self.aliases[next(iter(self.aliases))]
        self._live = live.without(gone).joined(found).joined(owned).ordered()
        self._lost = lost.without(np.append(back, owners))

    def _welcome(self, seen: Seen, doubtful: Array) -> None:
        """Start newcomers; those who may be somebody lost on trial."""
        if len(seen.rows):
            newcomers = self._newcomers(seen)
            newcomers.pending = doubtful
            self._live = self._live.joined(newcomers)

    def _break(self) -> None:
        """Another shot, or time broke off: nobody is where they were, nor in that pose."""
        self._lose(np.ones(len(self._live), bool))
        self._lost.displace(self._clock.now_s)

    def _lose(self, who: Array) -> None:
        if who.any():
            self._lost = self._lost.joined(self._live.take(who)).ordered()
            self._live = self._live.take(~who)

    def _retire(self) -> None:
        """Forget whom nobody has seen for too long."""
        watched_s = self._clock.watched_s
        gone = self._lost.expired(watched_s, self._config)
        gone &= ~kept(self._lost, self.directions.locked)
        if gone.any():
            self._lost = self._lost.take(~gone)
        if self._live.missed.any():
            gone = self._live.expired(watched_s, self._config)
            if gone.any():
                self._live = self._live.take(~gone)

    def _room(self) -> int | None:
        """For how many people more there are ids; None for any number."""
        expected = self.directions.expected
        if not expected:
            return None
        shown = (self._live.ids > 0).sum() + ((self._lost.ids > 0) & self._lost.confirmed).sum()
        return max(0, expected - int(shown))

    def _show(self, frame: PoseFrame, cut: bool) -> People:
        """Everybody in view or just missing; ids for whom receivers get to see first now."""
        config, live, now_s = self._config, self._live, self._clock.now_s
        due = (live.ids == 0) & ~live.missed & ~live.pending
        due &= live.confirmed | (live.last.scores >= config.birth_score)
        if due.any():
            due = admitted(due, live.trust, self._room())
            new = [next(self._ids) for _ in range(int(due.sum()))]
            live.ids = replaced(live.ids, due.nonzero()[0], np.array(new))
        gap_s = self._gap_s(live)
        listed = gap_s <= longest_pause_s(config)
        if not listed.all():
            live, gap_s = live.take(listed), gap_s[listed]
        shown = gap_s <= config.predict_s + 1e-9
        if live.missed.any():
            shown &= ~live.missed | (live.spread_m < FOUND_M)
        return people_of(live, frame, now_s, cut, shown)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Array, Array]:
    """(N,) and (N,) in ascending order of the first."""
    columns = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]
