"""From one camera's images to landmarks of everybody in them, each under a lasting id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor

import numpy as np

from ..engine import EngineImage
from .accept import own_landmarks
from .appearance import appearance_of, no_appearance
from .associate import associate
from .body_landmarks import BodyLandmarks
from .crop import Pyramid
from .followed import Followed
from .hands import SIDES, without_twin
from .landmark_nets import LandmarkNets
from .observation import Array, FaceLandmarks, PersonLandmarks
from .sight import Sight, sight_of_detection, sight_of_past
from .similarity import box_of, covered_part

CUT = 0.5
"""Cut score from which an image shows another scene."""

LOST_MEMORY_S = 1.5
"""How long somebody is remembered who is out of sight."""

UNDETECTED_S = 0.5
"""How long somebody is followed by landmarks alone, when the detector does not see them."""

MAX_PEOPLE = 8

CLEAR = 0.1
"""Part of a person's box that others may cover while its colours are still learned."""


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
        self._forget_if_broken_off(image, pixels, now_s)
        seen = self._see(pixels, now_s)
        looks = [appearance_of(pixels, person.keypoints) for person in seen]
        self._learn_colours(seen, looks, now_s)
        self._people = [p for p in self._people if now_s - p.seen_s <= LOST_MEMORY_S]
        self._previous_s = now_s
        return self._described(pixels, seen, looks, now_s)

    def _see(self, pixels: Pyramid, now_s: float) -> list[Followed]:
        """Everybody the detector found; then those who were hidden behind them, or missed."""
        sights = self._detected(pixels, now_s)
        seen = self._made_out(pixels, sights, now_s, [])
        refused = [s for s in sights if s.person not in seen and s.person is not None]
        missed = [p for p in self._people if p.seen_s < now_s <= p.detected_s + UNDETECTED_S]
        known = {id(s.person) for s in refused}
        refused += [sight_of_past(p, now_s) for p in missed if id(p) not in known]
        return [*seen, *self._made_out(pixels, refused, now_s, seen)]

    def _forget_if_broken_off(self, image: EngineImage, pixels: Pyramid, now_s: float) -> None:
        """Nobody is known after a cut, a jump back in time or a change of the image's size."""
        if image.cut > CUT or now_s <= self._previous_s or pixels.size_px != self._size_px:
            self._people = []
        self._size_px = pixels.size_px

    def _detected(self, pixels: Pyramid, now_s: float) -> list[Sight]:
        """What the detector found, people we know before new ones."""
        found = self._nets.detector.detect(pixels)
        colours = [appearance_of(pixels, d.keypoints) for d in found]
        pairs = associate(found, colours, self._people, now_s, self._previous_s)
        known = {row: self._people[column] for row, column in pairs}
        order = sorted(range(len(found)), key=lambda row: row not in known)
        return [sight_of_detection(found[r], known.get(r), self._previous_s) for r in order]

    def _made_out(
        self, pixels: Pyramid, sights: Sequence[Sight], now_s: float, seen: Sequence[Followed]
    ) -> list[Followed]:
        """Those of `sights` who can be made out, behind those already `seen`."""
        taken = [person.body.keypoints for person in seen]
        in_front = _overlapping(sights, taken)
        look = self._nets.body
        bodies = list(
            self._executor.map(lambda s, front: s.look(look, pixels, front), sights, in_front)
        )
        made_out = []
        for row in own_landmarks(sights, bodies, taken):
            if sights[row].person is not None or len(seen) + len(made_out) < MAX_PEOPLE:
                made_out.append(self._followed(sights[row], bodies[row], now_s))
        return made_out

    def _followed(self, sight: Sight, body: BodyLandmarks, now_s: float) -> Followed:
        """The person of an accepted sight, brought up to date."""
        person, found = sight.person, sight.detection
        keypoints = body.keypoints if found is None else found.keypoints
        if person is None:
            person = Followed(next(self._ids), now_s, keypoints, body)
            self._people.append(person)
        person.see(now_s, keypoints, body)
        person.box_px = box_of(keypoints) if found is None else found.box_px
        if found is not None:
            person.detected_s, person.score = now_s, found.score
        return person

    def _learn_colours(
        self, seen: Sequence[Followed], looks: Sequence[Array | None], now_s: float
    ) -> None:
        """Remember colours of those whom nobody covers, be it somebody just lost."""
        others = [p for p in self._people if p not in seen and now_s - p.seen_s < UNDETECTED_S]
        everybody = [*seen, *others]
        if not everybody:
            return
        boxes = np.stack([box_of(person.predicted(now_s)) for person in everybody])
        covered = covered_part(boxes).max(1)
        for person, look, part in zip(seen, looks, covered, strict=False):
            if part < CLEAR or person.colour is None:
                person.learn_colour(look)

    def _described(
        self,
        pixels: Pyramid,
        seen: Sequence[Followed],
        looks: Sequence[Array | None],
        now_s: float,
    ) -> list[PersonLandmarks]:
        """Read hands and faces, side by side, and put everything together."""
        faces = [self._executor.submit(self._nets.face.look, pixels, p.body) for p in seen]
        hands = [
            {
                s: self._executor.submit(self._nets.hands.look, pixels, p.body, s, p.hands.get(s))
                for s in SIDES
            }
            for p in seen
        ]
        described = []
        for person, look, face, pair in zip(seen, looks, faces, hands, strict=True):
            read = {side: hand for side, future in pair.items() if (hand := future.result())}
            person.hands = without_twin(read, person.body)
            described.append(_person_landmarks(person, look, face.result(), now_s))
        return described


def _person_landmarks(
    person: Followed, look: Array | None, face: FaceLandmarks | None, now_s: float
) -> PersonLandmarks:
    body = person.body
    return PersonLandmarks(
        engine_id=person.engine_id,
        is_new=person.first_s == now_s,
        t_s=now_s,
        score=body.confidence * person.score,
        box_px=person.box_px,
        detection_px=person.keypoints,
        points_px=body.points_px,
        visibility=body.visibility,
        presence=body.presence,
        world=body.world,
        hands=dict(person.hands),
        face=face,
        appearance=no_appearance() if look is None else look,
    )


def _overlapping(sights: Sequence[Sight], taken: Sequence[Array]) -> list[list[Array]]:
    """For each sight those of the (17, 3) keypoints that may cover it."""
    if not sights or not taken:
        return [[] for _ in sights]
    boxes = np.stack([box_of(k) for k in (*(s.expected for s in sights), *taken)])
    covered = covered_part(boxes)[: len(sights), len(sights) :]
    return [[taken[k] for k in np.flatnonzero(row > CLEAR)] for row in covered]
