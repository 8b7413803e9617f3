"""Pictures through the network in batches; what cannot be read is told and skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..preprocess import PreprocessError, network_size
from .people import Network, People
from .sources import Picture


@dataclass(slots=True)
class Outcome:
    """What became of a job."""

    images: int = 0
    """Looked at."""
    people: int = 0
    """Written."""
    skipped: list[str] = field(default_factory=list)
    """Images that could not be looked at."""

    @property
    def all_failed(self) -> bool:
        return not self.images


class Watcher:
    """Told how far a job is; does nothing with it by itself."""

    def update(self, done: int, note: str = "") -> None:
        """`done` images are behind us."""

    def warn(self, text: str) -> None:
        """Something is not as it should be, and the job goes on."""


def look(
    pictures: Iterable[Picture],
    network: Network,
    *,
    threshold: float,
    batch: int,
    outcome: Outcome,
    watcher: Watcher,
) -> Iterator[tuple[Picture, People | None]]:
    """Each picture with its people from the best down to `threshold`; None if it is unreadable.

    Args:
        outcome: its counts of images are kept up to date; people count where they are written.
    """
    for some in _batches(pictures, batch):
        readable = [picture for picture in some if _usable(picture, outcome, watcher)]
        found = network([p.bgr for p in readable if p.bgr is not None]) if readable else []
        people = dict(zip((p.name for p in readable), found, strict=True))
        for picture in some:
            seen = people.get(picture.name)
            yield picture, None if seen is None else _kept(picture, seen, threshold, watcher)
            outcome.images += seen is not None
            watcher.update(outcome.images + len(outcome.skipped), f"{outcome.people} people")


def _batches(pictures: Iterable[Picture], size: int) -> Iterator[list[Picture]]:
    some: list[Picture] = []
    for picture in pictures:
        some.append(picture)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _usable(picture: Picture, outcome: Outcome, watcher: Watcher) -> bool:
    why = "cannot be decoded"
    if picture.bgr is not None:
        try:
            network_size(*picture.bgr.shape[:2])
        except PreprocessError as error:
            why = str(error)
        else:
            return True
    outcome.skipped.append(picture.source)
    watcher.warn(f"{picture.source}: {why}, skipped")
    return False


def _kept(picture: Picture, people: People, threshold: float, watcher: Watcher) -> People:
    chosen = people.above(threshold)
    finite = chosen.finite()
    if len(finite) < len(chosen):
        lost = len(chosen) - len(finite)
        watcher.warn(f"{picture.source}: {lost} people with numbers that are none, left out")
    return finite
