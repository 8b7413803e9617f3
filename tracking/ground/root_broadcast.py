"""The root with a fixed look-ahead: the live filter, and the way back from what has come since."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People
from .contacts import Contacts
from .course import Step, Stepping
from .filtering import went_back
from .footing import Footing, led_back
from .settings import RootSmoothing


class BroadcastRoot:
    """A stage as LiveRoot, that knows `look_ahead_s` of the future of what it gives out."""

    def __init__(self, look_ahead_s: float, settings: RootSmoothing | None = None) -> None:
        self.look_ahead_s = look_ahead_s
        self._settings = settings or RootSmoothing()
        self._stepping = Stepping(self._settings)
        self._footing = Footing(self._settings)
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._held: deque[Step] = deque()
        self._last: Step | None = None
        self._shown = np.zeros((0, 3))
        self.contacts = np.zeros((0, 2, 2))
        """(P, 2, 2) of the people last given out: how surely ankle and toes of each foot stand."""
        self._footing.reset()

    def push(self, item: People) -> Sequence[People]:
        """See Stage."""
        self._last = self._stepping.next(self._last, item)
        self._held.append(self._last)
        ready: list[People] = []
        due_s = item.t_s - self.look_ahead_s + 1e-9
        while self._held and self._held[0].people.t_s <= due_s:
            ready.append(self._given_out())
        return ready

    def flush(self) -> Sequence[People]:
        """See Stage."""
        rest = [self._given_out() for _ in range(len(self._held))]
        self.reset()
        return rest

    def _given_out(self) -> People:
        """The oldest image held back, with everything that has come since."""
        x, v, contacts = looked_ahead(self._held, self._stepping.contacts)
        step = self._held.popleft()
        self._shown = led_back(self._shown, x, v, step, self._settings)
        self.contacts = contacts.reshape(-1, 2, 2).swapaxes(1, 2)
        return self._footing.planted(step, self._shown, contacts)


def looked_ahead(steps: Sequence[Step], model: Contacts) -> tuple[Array, Array, Array]:
    """Of the first of `steps`, as the others show it: places and rates (P, 3), contacts (P, 4)."""
    last = steps[-1]
    x, v, contacts = last.known.x[:, :3], last.known.v[:, :3], last.contacts
    after = np.ones((*contacts.shape, 2))
    for later, step in zip(reversed(steps), _before(steps), strict=False):
        kept = later.kept
        expected, nats = later.expected.first(3), later.nats
        stays: Array | None = None
        if later.rows is not None:
            rows, stays = _rows_after(later.rows, len(step.contacts))
            if not len(later.rows):
                x, v, contacts = step.known.x[:, :3], step.known.v[:, :3], step.contacts
                after = np.ones((*contacts.shape, 2))
                continue
            x, v, after, nats, expected = (
                x[rows],
                v[rows],
                after[rows],
                nats[rows],
                expected.at(rows),
            )
            kept = kept[rows] if isinstance(kept, np.ndarray) else kept
        known = step.known.first(3)
        x, v = went_back(known, expected, (x, v), later.dt_s, kept)
        after, contacts = model.back(after, nats, step.contacts, later.dt_s)
        if stays is not None and not stays.all():
            gone = ~stays
            x[gone], v[gone], contacts[gone] = known.x[gone], known.v[gone], step.contacts[gone]
            after[gone] = 1.0
    return x, v, contacts


def _before(steps: Sequence[Step]) -> Iterator[Step]:
    """All but the newest, from there back."""
    newest_first = reversed(steps)
    next(newest_first)
    return newest_first


def _rows_after(rows: Ints, before: int) -> tuple[Ints, Array]:
    """(before,) where each of the earlier image stands in the later one, and whether at all."""
    found = np.full(before, -1)
    found[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    return found, found >= 0
