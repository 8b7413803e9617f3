"""The repairs in a row, for live use and with a look at what follows."""

from __future__ import annotations

from ..people import People
from ..stage import Chain
from .depth import Depths
from .jumps import Jumps
from .limits import Limits
from .twins import Twins


class LiveRepair:
    """Mends what can be told from the past; a Stage from People to People."""

    look_ahead_s = 0.0

    def __init__(self) -> None:
        self._repairs: tuple[Twins | Jumps | Depths | Limits, ...] = (Twins(), Depths(), Limits())
        self._chain = Chain(*self._repairs)

    @property
    def counts(self) -> dict[str, int]:
        """Sightings of people that were mended, of each kind of fault."""
        return {kind: n for repair in self._repairs for kind, n in repair.counts.items()}

    def push(self, item: People) -> list[People]:
        """See Stage."""
        return self._chain.push(item)

    def flush(self) -> list[People]:
        """See Stage."""
        return self._chain.flush()

    def reset(self) -> None:
        """See Stage."""
        self._chain.reset()


class LookAheadRepair(LiveRepair):
    """Mends with the images of the next `look_ahead_s` at hand: all that LiveRepair does, surer,
    and limbs that jump away and back.

    What takes longer to be taken back than the look-ahead is left as it is: 0.5 s see every fault
    of a limb, 0.1 s those of a few images.
    """

    def __init__(self, look_ahead_s: float) -> None:
        super().__init__()
        self.look_ahead_s = look_ahead_s
        self._repairs = (Twins(), Jumps(look_ahead_s), Depths(), Limits())
        self._chain = Chain(*self._repairs)
