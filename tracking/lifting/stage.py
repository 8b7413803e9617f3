"""The stage that asks a lifter about everybody and lets it steer their bones."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence

from livemocap.lifter import Lifted, Lifter

from ..people import People
from .settings import LiftSettings
from .sights import checked, joints_for, sight_of
from .steering import Steering

_LOG = logging.getLogger(__name__)

OVERDUE_S = 1.0
"""An image whose result is later than promised by so much goes on without it."""

_SAME_S = 1e-6


class Lifting:
    """A Stage from People to People.

    An image waits until the lifter has answered. A lifter that fails is left alone from then on:
    everybody stays as the engine saw them, and nobody is lost. So does whoever it knows nothing of.

    Args:
        bypass: limbs to let be, see config.LIMBS.
    """

    def __init__(
        self, lifter: Lifter, settings: LiftSettings | None = None, bypass: tuple[str, ...] = ()
    ) -> None:
        self.look_ahead_s = lifter.look_ahead_s
        self.failures = 0
        """How often the lifter failed, since the stage was made."""
        self.lifted = 0
        """Images that the lifter has answered."""
        self._lifter = lifter
        self._steering = Steering(settings or LiftSettings(), bypass)
        self._begin()

    def reset(self) -> None:
        """See Stage."""
        self._begin()
        self._guarded(self._lifter.reset)

    def push(self, item: People) -> list[People]:
        """See Stage."""
        done: list[People] = []
        if item.cut and self._held:
            done = self._rest()
        if item.cut:
            self._guarded(self._lifter.reset)
            self._asked_s = None
        asked = not self._broken and (self._asked_s is None or item.t_s > self._asked_s)
        self._held.append((item, asked))
        if asked:
            self._asked_s = item.t_s
            done += self._answered(self._guarded(lambda: self._lifter.push(sight_of(item))))
        return done + self._ready(item.t_s)

    def flush(self) -> list[People]:
        """See Stage."""
        done = self._rest()
        if self._broken:  # what it still holds is of this stream
            self.reset()
        else:
            self._begin()
        return done

    def _begin(self) -> None:
        self._broken = False
        self._asked_s: float | None = None
        self._last: Lifted | None = None
        self._held: deque[tuple[People, bool]] = deque()
        """Images, and whether the lifter has been asked about each."""
        self._steering.reset()

    def _rest(self) -> list[People]:
        """Everything held back, with what the lifter still says of it."""
        done = self._answered(self._guarded(self._lifter.flush))
        while self._held:
            done.append(self._first(None))
        return done

    def _answered(self, results: Sequence[Lifted]) -> list[People]:
        """Images that have their result, in order; those that the lifter has passed over go on
        without."""
        done: list[People] = []
        for lifted in results:
            while self._held and self._held[0][0].t_s < lifted.t_s - _SAME_S:
                done.append(self._first(None))
            if self._held and abs(self._held[0][0].t_s - lifted.t_s) <= _SAME_S:
                done.append(self._first(lifted))
                self.lifted += 1
        return done

    def _ready(self, now_s: float) -> list[People]:
        """Images that nothing is to be waited for any more."""
        done: list[People] = []
        while self._held:
            first, asked = self._held[0]
            overdue = now_s - first.t_s > self.look_ahead_s + OVERDUE_S
            if asked and not overdue and not self._broken:
                break
            done.append(self._first(None))
        return done

    def _first(self, lifted: Lifted | None) -> People:
        """The oldest image, steered. One that came late or twice is told what the last was."""
        people, asked = self._held.popleft()
        self._last = lifted if asked else self._last
        return self._steering.steer(people, joints_for(people, self._last))

    def _guarded(self, ask: Callable[[], Sequence[Lifted] | None]) -> Sequence[Lifted]:
        """What the lifter answers; nothing, from its first failure on."""
        if self._broken:
            return ()
        try:
            return [checked(lifted) for lifted in ask() or ()]
        except Exception:
            self._broken = True
            self.failures += 1
            _LOG.exception("lifting with %s failed: going on without it", self._lifter.name)
            return ()
