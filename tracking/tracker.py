"""One camera's people through time, from what an engine saw to what everybody downstream reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from livemocap.lifter import Lifter
from livemocap.messages import PoseFrame, TrackFrame

from .adapt.build import adaptation
from .adapt.log import SwapLog
from .association.associator import Associator
from .association.director import Director
from .commands import Directed
from .config import TrackingConfig
from .lifting.stage import Lifting
from .modes import stages
from .repair.repair import LiveRepair
from .scene.scale import Scale
from .stage import Chain

MakeLifter = Callable[[], Lifter]
"""A lifter knows the people of one camera: each tracker needs its own."""


class Tracker:
    """Tracks one camera; deterministic, with all state in the object. See stage.Stage.

    Args:
        ids: where new ids come from; trackers of several cameras share one counter.
        lifter: what steers bones, this tracker's own; None for none.
        swaps: what adaptation changed when this was tracked before, to be changed again.
    """

    def __init__(
        self,
        config: TrackingConfig,
        ids: Iterator[int] | None = None,
        lifter: Lifter | None = None,
        swaps: SwapLog | None = None,
    ) -> None:
        self._who = Associator(config, ids)
        self._adaptation = adaptation(config, swaps)
        self._director = Director(self._who, self._adaptation)
        lifting = [] if lifter is None else [Lifting(lifter, bypass=config.lift_bypass)]
        self._lifting = lifting
        self._after = stages(config, self._who, self._who.directions.names, lifting)
        adapting = [self._adaptation] if self._adaptation else []
        self._chain = Chain(Scale(config.actor_height_m), self._who, *adapting, *self._after)
        self._swapped: dict[tuple[int, int], dict[str, list[float]]] = {}
        """By image; whatever becomes of others, each keeps its own."""
        self.look_ahead_s = self._chain.look_ahead_s

    @property
    def dropped(self) -> int:
        """Detections that were broken (NaN, behind the lens)."""
        return self._who.dropped

    @property
    def duplicates(self) -> int:
        """Detections left out because they showed somebody a second time."""
        return self._who.duplicates

    @property
    def lift_failures(self) -> int:
        """How often a lifter failed; it is not asked again until a new stream begins."""
        return sum(lifting.failures for lifting in self._lifting)

    @property
    def repairs(self) -> Counter[str]:
        """How often each kind of fault was mended."""
        mending = [stage for stage in self._after if isinstance(stage, LiveRepair)]
        return sum((Counter(stage.counts) for stage in mending), Counter())

    @property
    def people(self) -> Directed:
        """Who takes a user's word for who is who."""
        return self._director

    def push(self, frame: PoseFrame) -> list[TrackFrame]:
        """What is known for good with this image, oldest first; in live mode that is one."""
        ready = self._chain.push(frame)
        if self._adaptation and self._adaptation.swapped:
            self._swapped[frame.sequence, frame.t_capture_ns] = self._adaptation.swapped
        return self._logged(ready)

    def flush(self) -> list[TrackFrame]:
        """Everything held back."""
        return self._logged(self._chain.flush())

    def _logged(self, ready: Sequence[TrackFrame]) -> list[TrackFrame]:
        """The same frames, each with what was swapped at its image."""
        if not self._swapped:
            return list(ready)
        swaps = [self._swapped.pop((one.sequence, one.t_capture_ns), None) for one in ready]
        return [
            replace(frame, swaps=swapped) if swapped else frame
            for frame, swapped in zip(ready, swaps, strict=True)
        ]

    @property
    def adaptation(self) -> dict[str, Any]:
        """How adaptation goes, for metrics; empty if it is off."""
        return self._adaptation.state() if self._adaptation else {}

    def reset(self) -> None:
        """Forget everybody, also what was held back; ids go on."""
        self._chain.reset()
        self._swapped.clear()

    def learn(self) -> None:
        """Take the last image into what changes slowly.

        `push` begins with it. Whoever publishes a frame calls it afterwards, when nobody waits.
        """
        self._who.learn()
        if self._adaptation:
            self._adaptation.learn()
