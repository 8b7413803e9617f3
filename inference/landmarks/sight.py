"""Somebody who may be in an image: where to look, and whether what is seen there will do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .body_landmarks import BodyLandmarks, BodyNet, square_of_detection
from .crop import Pyramid, Square
from .detect import Detection
from .followed import Followed
from .observation import Array
from .similarity import similarity

FRAMED_ALIKE = 0.6
"""Similarity from which the previous landmarks frame a person better than the detection."""

AGREES = 0.3
"""Similarity of landmarks to what was expected below which the next square is tried."""

DETECTION_AGREES = 0.15
"""The least similarity at which landmarks are still the detected person's."""

PREDICTION_AGREES = 0.5
"""The same for somebody who was not detected: the prediction is all that speaks for it."""

CONFIDENT = 0.5


@dataclass(frozen=True, slots=True)
class Sight:
    """One person that may be in the image, before it is accepted."""

    person: Followed | None
    """Who it should be; None for somebody new."""
    expected: Array
    """(17, 3) where the detector, or else the past, puts it."""
    squares: tuple[Square, ...]
    """Where to look, in this order, until what is seen agrees."""
    detection: Detection | None
    """None for somebody the detector did not find."""
    look: Array | None = None
    """(D,) the detection's colours."""
    at_first: BodyLandmarks | None = None
    """What was seen before anybody was painted out, if it can be this person."""

    def look_at(
        self, net: BodyNet, image: Pyramid, in_front: Sequence[Array] = ()
    ) -> BodyLandmarks | None:
        """Landmarks that can be this person's, or None.

        Args:
            in_front: (17, 3) keypoints of people who may hide this one and are painted out.
        """
        best = self.at_first
        for square in self.squares:
            body = net.look(image, square, in_front)
            if self._can_be(body) and (best is None or self.likeness(body) > self.likeness(best)):
                best = body
            if best is not None and self.likeness(best) >= AGREES:
                break
        return best

    def _can_be(self, body: BodyLandmarks) -> bool:
        least = PREDICTION_AGREES if self.detection is None else DETECTION_AGREES
        sure = body.confidence > CONFIDENT and body.square.is_sound()
        return sure and self.likeness(body) >= least

    def likeness(self, body: BodyLandmarks) -> float:
        """0..1, of landmarks to what was expected."""
        return float(similarity(self.expected[None], body.keypoints[None]).item())


def sight_of_detection(
    found: Detection, look: Array | None, person: Followed | None, previous_s: float
) -> Sight:
    """A detection, with the past's better framing first where both agree."""
    squares = (square_of_detection(found),)
    if person is not None and person.seen_s == previous_s:
        past = person.body.keypoints[None]
        if float(similarity(found.keypoints[None], past).item()) > FRAMED_ALIKE:
            squares = (person.body.square, *squares)
    sound = tuple(square for square in squares if square.is_sound())
    return Sight(person, found.keypoints, sound, found, look)


def sight_of_past(person: Followed, now_s: float) -> Sight:
    """Somebody the detector missed, where they were heading."""
    before = person.body.square
    moved = person.velocity * person.ahead_s(now_s)
    square = Square(before.center_px + moved, before.side_px, before.turn_rad)
    return Sight(person, person.predicted(now_s), (square,), None)
