"""From one camera's images to landmarks of everybody in them, each under a lasting id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial

import numpy as np

from ..appearance import appearance_of
from ..engine import EngineImage
from .accept import COVERED, front_layer, in_the_way
from .associate import associate
from .body_landmarks import BodyLandmarks
from .crop import Pyramid
from .followed import Followed
from .landmark_nets import LandmarkNets
from .observation import Array, HandLandmarks, PersonLandmarks, Side
from .sight import Sight, sight_of_detection, sight_of_past
from .similarity import box_of, covered_part

CUT = 0.5
"""Cut score from which an image shows another scene."""

LOST_MEMORY_S = 1.5
"""How long somebody is remembered who is out of sight."""

UNDETECTED_S = 0.5
"""How long somebody is followed by landmarks alone, when the detector does not see them."""

LAYERS = 3
"""How many people deep a crowd is looked through."""

MAX_PEOPLE = 8


class LandmarkTracker:
    """One camera's people. Not for several threads; spreads its own work over `executor`."""

    def __init__(self, nets: LandmarkNets, ids: Iterator[int], executor: Executor) -> None:
        self._nets = nets
        self._ids = ids
        self._executor = executor
        self._people: list[Followed] = []
        self._previous_s = 0.0
        self._size_px = (0, 0)

    def step(self, image: EngineImage) -> list[PersonLandmarks]:
        """Everybody in the next image."""
        now_s = image.t_capture_ns * 1e-9
        pixels = Pyramid(image.bgr)
        self._forget(image, pixels, now_s)
        seen = [self._followed(pixels, *sight, now_s) for sight in self._see(pixels, now_s)]
        self._learn_colours(seen, now_s)
        self._previous_s = now_s
        return self._described(pixels, seen, now_s)

    def _forget(self, image: EngineImage, pixels: Pyramid, now_s: float) -> None:
        """Those lost for long; everybody after a cut, a jump back in time, another image size."""
        broken = image.cut > CUT or now_s < self._previous_s or pixels.size_px != self._size_px
        remembered = [] if broken else self._people
        self._people = [p for p in remembered if now_s - p.seen_s <= LOST_MEMORY_S]
        self._size_px = pixels.size_px

    def _detected(self, pixels: Pyramid, now_s: float) -> list[Sight]:
        """What the detector found, people we know before new ones."""
        found = self._nets.detector.detect(pixels)
        looks = [appearance_of(pixels.bgr, d.keypoints) for d in found]
        pairs = associate(found, looks, self._people, now_s, self._previous_s)
        known = {row: self._people[column] for row, column in pairs}
        order = sorted(range(len(found)), key=lambda row: row not in known)
        return [
            sight_of_detection(found[row], looks[row], known.get(row), self._previous_s)
            for row in order
        ]

    def _see(self, pixels: Pyramid, now_s: float) -> list[tuple[Sight, BodyLandmarks]]:
        """Everybody the detector found; then, with those painted out, who is behind them."""
        looked_for = detected = self._detected(pixels, now_s)
        seen: list[tuple[Sight, BodyLandmarks]] = []
        for layer in range(1, LAYERS + 1):
            taken = [body.keypoints for _, body in seen]
            bodies = self._look(pixels, looked_for, taken)
            front, behind = front_layer(looked_for, bodies, taken, is_last=layer == LAYERS)
            seen += front
            if layer == 1:
                behind += self._missed(detected, now_s)
            elif not front:
                break
            looked_for = behind
        return seen[:MAX_PEOPLE]

    def _missed(self, detected: Sequence[Sight], now_s: float) -> list[Sight]:
        """Those the detector did not find, or merged with somebody."""
        found = {s.person.engine_id for s in detected if s.person is not None}
        return [
            sight_of_past(person, now_s)
            for person in self._people
            if now_s <= person.detected_s + UNDETECTED_S and person.engine_id not in found
        ]

    def _look(
        self, pixels: Pyramid, sights: Sequence[Sight], taken: Sequence[Array]
    ) -> list[BodyLandmarks | None]:
        """The landmarks of each sight, with people who may cover it painted out."""
        look = partial(Sight.look_at, net=self._nets.body, image=pixels)
        fronts = in_the_way(sights, taken)
        return list(self._executor.map(lambda s, front: look(s, in_front=front), sights, fronts))

    def _followed(
        self, pixels: Pyramid, sight: Sight, body: BodyLandmarks, now_s: float
    ) -> Followed:
        """The person of an accepted sight, brought up to date."""
        person = sight.person
        if person is None:
            person = Followed(next(self._ids), now_s, sight.expected, body)
            self._people.append(person)
        if sight.detection is None:
            person.see(now_s, body.keypoints, body)
            person.look = appearance_of(pixels.bgr, body.keypoints)
        else:
            person.see(now_s, sight.expected, body)
            person.look = sight.look
            person.detected_s, person.detection = now_s, sight.detection
        return person

    def _learn_colours(self, seen: Sequence[Followed], now_s: float) -> None:
        """Remember the looks of those whom nobody covers, be it somebody just lost."""
        nearby = [p for p in self._people if p.seen_s < now_s < p.seen_s + UNDETECTED_S]
        everybody = [*seen, *nearby]
        if not everybody:
            return
        boxes = np.stack([box_of(person.predicted(now_s)) for person in everybody])
        covered = covered_part(boxes).max(1)
        for person, part in zip(seen, covered, strict=False):
            if part <= COVERED or person.colour is None:
                person.learn_colour()

    def _described(
        self, pixels: Pyramid, seen: Sequence[Followed], now_s: float
    ) -> list[PersonLandmarks]:
        """Read hands and faces, side by side, and put everything together."""
        run, nets = self._executor.submit, self._nets
        faces = [run(nets.face.look, pixels, person.body) for person in seen]
        hands: list[list[tuple[Side, Future[HandLandmarks | None]]]] = [
            [
                (side, run(nets.hands.look, pixels, person.body, side, person.hands.get(side)))
                for side in person.hands_due(now_s, nets.hand_patience_s)
            ]
            for person in seen
        ]
        for person, pair in zip(seen, hands, strict=True):
            person.see_hands(now_s, [(side, hand.result()) for side, hand in pair])
        return [p.described(now_s, face.result()) for p, face in zip(seen, faces, strict=True)]
