"""What a user tells a running tracker: who is who, what they are called, how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from livemocap.messages import ControlReply, ControlRequest

from .errors import TrackingError


class Directed(Protocol):
    """Trackers that let themselves be told; each refusal is a TrackingError that says why."""

    def people(self) -> list[dict[str, Any]]:
        """Everybody known: `id`, `name`, `state`, `locked`, `unseen_s`."""
        ...

    def lock(self, track_id: int, locked: bool) -> None:
        """Never forget somebody, however long they are away."""
        ...

    def swap(self, a: int, b: int) -> None:
        """Two people have taken each other's id: give both back their own."""
        ...

    def merge(self, track_id: int, into: int) -> None:
        """Somebody with a new id is somebody who was there before."""
        ...

    def name(self, track_id: int, name: str) -> None:
        """What an actor is called; an empty name takes it away."""
        ...

    def relock(self, track_id: int) -> None:
        """Measure somebody's proportions anew, and lock them again."""
        ...

    def expect(self, people: int) -> None:
        """There are no more than so many people; 0 for any number."""
        ...


class Everybody:
    """The people of several cameras' trackers, whose ids are all different."""

    def __init__(self, trackers: Sequence[Directed]) -> None:
        self._trackers = trackers

    def people(self) -> list[dict[str, Any]]:
        """See Directed."""
        return [person for tracker in self._trackers for person in tracker.people()]

    def lock(self, track_id: int, locked: bool) -> None:
        """See Directed."""
        self._of(track_id).lock(track_id, locked)

    def swap(self, a: int, b: int) -> None:
        """See Directed."""
        self._of(a, b).swap(a, b)

    def merge(self, track_id: int, into: int) -> None:
        """See Directed."""
        self._of(track_id, into).merge(track_id, into)

    def name(self, track_id: int, name: str) -> None:
        """See Directed."""
        self._of(track_id).name(track_id, name)

    def relock(self, track_id: int) -> None:
        """See Directed."""
        self._of(track_id).relock(track_id)

    def expect(self, people: int) -> None:
        """See Directed; so many before each camera."""
        for tracker in self._trackers:
            tracker.expect(people)

    def _of(self, *ids: int) -> Directed:
        """The tracker that knows all of `ids`."""
        for tracker in self._trackers:
            known = {person["id"] for person in tracker.people()}
            if known.issuperset(ids):
                return tracker
        known = ", ".join(str(person["id"]) for person in self.people()) or "nobody yet"
        asked = " and ".join(map(str, ids))
        raise TrackingError(f"no camera knows {asked}; known are {known}")


def answer(tracker: Directed, request: ControlRequest) -> ControlReply:
    """Do what a command line or the add-on asks."""
    command = _COMMANDS.get(request.command)
    if command is None:
        known = ", ".join(sorted(_COMMANDS))
        return ControlReply(
            ok=False, message=f"unknown command '{request.command}': expected one of {known}"
        )
    try:
        told = command(tracker, request.arguments)
    except TrackingError as error:
        return ControlReply(ok=False, message=str(error), values=_state(tracker))
    return ControlReply(ok=True, message=told, values=_state(tracker))


def _state(tracker: Directed) -> dict[str, Any]:
    return {"people": tracker.people()}


def _list(tracker: Directed, arguments: dict[str, Any]) -> str:
    return f"{len(tracker.people())} people"


def _lock(tracker: Directed, arguments: dict[str, Any]) -> str:
    track_id = _number(arguments, "id")
    tracker.lock(track_id, True)
    return f"{track_id} is kept for good"


def _unlock(tracker: Directed, arguments: dict[str, Any]) -> str:
    track_id = _number(arguments, "id")
    tracker.lock(track_id, False)
    return f"{track_id} may be forgotten again"


def _swap(tracker: Directed, arguments: dict[str, Any]) -> str:
    a, b = _number(arguments, "id"), _number(arguments, "other")
    tracker.swap(a, b)
    return f"{a} and {b} have changed places"


def _merge(tracker: Directed, arguments: dict[str, Any]) -> str:
    new, old = _number(arguments, "id"), _number(arguments, "into")
    tracker.merge(new, old)
    return f"{new} is {old} from now on"


def _name(tracker: Directed, arguments: dict[str, Any]) -> str:
    track_id, name = _number(arguments, "id"), str(arguments.get("name", "")).strip()
    tracker.name(track_id, name)
    return f"{track_id} is called {name}" if name else f"{track_id} has no name"


def _relock(tracker: Directed, arguments: dict[str, Any]) -> str:
    track_id = _number(arguments, "id")
    tracker.relock(track_id)
    return f"{track_id} is measured anew"


def _expect(tracker: Directed, arguments: dict[str, Any]) -> str:
    people = _number(arguments, "people")
    if people < 0:
        raise TrackingError(f"{people} people cannot be expected; 0 stands for any number")
    tracker.expect(people)
    return f"no more than {people} people" if people else "any number of people"


def _number(arguments: dict[str, Any], name: str) -> int:
    value = arguments.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TrackingError(f"'{name}' is {value!r}, expected a whole number")
    return value


_COMMANDS: dict[str, Callable[[Directed, dict[str, Any]], str]] = {
    "people.list": _list,
    "people.lock": _lock,
    "people.unlock": _unlock,
    "people.swap": _swap,
    "people.merge": _merge,
    "people.name": _name,
    "people.relock": _relock,
    "people.expect": _expect,
}
