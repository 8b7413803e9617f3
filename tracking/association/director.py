"""A user's hand on a running association: see commands.Directed."""

from __future__ import annotations

from typing import Any, Protocol

from ..errors import TrackingError
from .associator import Associator


class Measuring(Protocol):
    """Who measures people's proportions."""

    def relock(self, track_id: int) -> bool:
        """Measure somebody anew; False if nobody shown has this id."""
        ...


class Director:
    """Tells one camera's associator who is who."""

    def __init__(self, who: Associator, measuring: Measuring | None = None) -> None:
        self._who, self._measuring = who, measuring

    def people(self) -> list[dict[str, Any]]:
        """See commands.Directed."""
        said = self._who.directions
        try:
            states = self._who.known().states()
        except TrackingError:
            return []
        return [
            {
                "id": track_id,
                "name": said.names.get(track_id, ""),
                "state": state,
                "locked": track_id in said.locked,
                "unseen_s": round(unseen_s, 2),
            }
            for track_id, (state, unseen_s) in states.items()
        ]

    def lock(self, track_id: int, locked: bool) -> None:
        """See commands.Directed."""
        self._who.known().find(track_id)
        ids = self._who.directions.locked
        if locked:
            ids.add(track_id)
        else:
            ids.discard(track_id)

    def swap(self, a: int, b: int) -> None:
        """See commands.Directed."""
        known = self._who.known()
        known.swap(a, b)
        self._who.follow(known)

    def merge(self, track_id: int, into: int) -> None:
        """See commands.Directed."""
        known = self._who.known()
        known.merge(track_id, into)
        self._who.follow(known)

    def name(self, track_id: int, name: str) -> None:
        """See commands.Directed."""
        self._who.known().find(track_id)
        names = self._who.directions.names
        if name:
            names[track_id] = name
        else:
            names.pop(track_id, None)

    def relock(self, track_id: int) -> None:
        """See commands.Directed."""
        self._who.known().find(track_id)
        if self._measuring is None:
            raise TrackingError(
                "nobody is adapted: start with `livemocap run --adapt on`, "
                'or adapt = "on" under [tracking] in studio.toml'
            )
        if not self._measuring.relock(track_id):
            raise TrackingError(f"{track_id} is not in view, and so cannot be measured")

    def expect(self, people: int) -> None:
        """See commands.Directed."""
        self._who.directions.expected = people
