"""The stage of tracking that makes people agree with 2D evidence, right after association."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array

from ..people import People
from .correct import corrected
from .log import BEGUN
from .parameters import TURNS, Parameters
from .settings import DECAY_S
from .source import Source, Swaps


@dataclass(slots=True)
class _Used:
    """What is used for one person, since when."""

    wanted: Parameters
    since_s: float
    base: Array | None
    """(55, 3) m at rest that locked proportions are of; None follows the engine."""

    def faded(self, now_s: float) -> Parameters:
        """With turns as they are by now."""
        if not self.wanted.turns.any():
            return self.wanted
        vector = self.wanted.vector.copy()
        vector[TURNS] *= exp(-max(now_s - self.since_s, 0.0) / DECAY_S)
        return Parameters(vector, self.wanted.locked)


class Adaptation:
    """People to People, one for one, corrected by what `source` has found so far.

    Parameters are swapped between images, all of a person's at once. Whoever is gone, and
    everybody after a cut or in another camera's picture, begins anew. See tracking.stage.Stage.
    """

    look_ahead_s = 0.0

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: set[int] = set()
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._source.forget(sorted(self._known))
        self._known = set()
        self._used: dict[int, _Used] = {}
        self._view: tuple[object, ...] = ()
        self._sequence: int | None = None
        self._begun = False
        self._unlearnt: tuple[People, People] | None = None
        self._ids: dict[int, int] = {}
        self.swapped: dict[str, list[float]] = {}
        """What was swapped with the last image, for the take: key as text to numbers. See log."""

    def push(self, people: People) -> list[People]:
        """See Stage."""
        self.learn()
        self._let_go(people)
        self.swapped = {} if self._begun else {BEGUN: []}
        self._begun = True
        if people.frame.sequence != self._sequence:
            self._swap(people, self._source.due(people))
        self._sequence = people.frame.sequence
        self._ids = dict(zip(people.ids.tolist(), people.keys.tolist(), strict=True))
        shown = self._corrected(people)
        self._unlearnt = people, shown
        return [shown]

    def flush(self) -> list[People]:
        """Nothing is held back; work ends."""
        self._source.close()
        self.reset()
        return []

    def learn(self) -> None:
        """Take the last image into what is worked on; `push` begins with it."""
        if not self._unlearnt:
            return
        (people, shown), self._unlearnt = self._unlearnt, None
        used = {key: one.faded(people.t_s) for key, one in self._used.items()}
        self._source.learn(people, shown, used)

    def relock(self, track_id: int) -> bool:
        """Measure somebody's proportions anew; False if nobody shown has this id."""
        key = self._ids.get(track_id)
        if key is None or track_id <= 0:
            return False
        self._source.relock(key)
        return True

    def state(self) -> dict[str, Any]:
        """For metrics."""
        return self._source.state()

    def _let_go(self, people: People) -> None:
        """Forget whom there is nothing more to know of."""
        view = _view_of(people.frame)
        keys = set(people.keys.tolist())
        anew = people.cut or (bool(self._view) and view != self._view)
        gone = self._known if anew else self._known - keys
        if gone:
            self._source.forget(sorted(gone))
            for key in gone:
                self._used.pop(key, None)
        self._known, self._view = keys, view

    def _swap(self, people: People, swaps: Swaps) -> None:
        rows = {key: row for row, key in enumerate(people.keys.tolist())}
        for key, wanted in sorted(swaps.items()):
            if key not in rows:
                continue
            base = people.rest_joints[rows[key]].astype(float) if wanted.locked else None
            held = self._used.get(key)
            if held and held.base is not None and wanted.locked:
                base = held.base
            self._used[key] = _Used(wanted, people.t_s, base)
            self.swapped[str(key)] = wanted.numbers()

    def _corrected(self, people: People) -> People:
        rows, wanted, bases = [], [], []
        for row, key in enumerate(people.keys.tolist()):
            held = self._used.get(key)
            if held is None or held.wanted.idle:
                continue
            rows.append(row)
            wanted.append(held.faded(people.t_s))
            own = people.rest_joints[row].astype(float) if held.base is None else held.base
            bases.append(own)
        if not rows:
            return people
        return corrected(people, np.array(rows), wanted, bases)


def _view_of(frame: PoseFrame) -> tuple[object, ...]:
    """What must stay for keyframes to be of one camera, one body and one kind of evidence."""
    return (
        frame.K.tobytes(),
        frame.width,
        frame.height,
        frame.body_hash,
        frame.engine,
        frame.keypoint_layout,
    )
