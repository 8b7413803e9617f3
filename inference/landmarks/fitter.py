"""Everybody's landmarks in one image to SMPL-X poses: the most likely angles, build and place."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import rotvec_from_matrix
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations

from ..body_model import BodyModel
from ..engine import People
from .evidence import (
    HAND_BODY_WEIGHT,
    HAND_IMAGE_WEIGHT,
    HandSighting,
    Sightings,
    Weights,
    hand_sighting,
    place,
    sightings,
)
from .face_pose import expressions, jaw_opening
from .hand_pose import HandFitter, Palm
from .initial import FirstGuess
from .markers import markers
from .observation import Array, PersonLandmarks, Side
from .people import nobody, people_of
from .pose_space import BODY, pose_space
from .shape import Build, ShapeFitter
from .solver import Estimate, Evidence, Solver

_STEPS = 4
_SIDES: tuple[Side, Side] = ("left", "right")
_FIRST_DT_S = 1 / 30
_LONGEST_DT_S = 0.5
_FORGET_S = 60.0
_JAW = SMPLX.index("jaw")
_FINGERS: dict[Side, slice] = {"left": slice(25, 40), "right": slice(40, 55)}


@dataclass(slots=True)
class Memory:
    """What is remembered of one person from image to image."""

    build: Build
    rest: Array
    """(55, 3) m."""
    hand_fitter: HandFitter
    t_s: float
    palms: dict[Side, Array] = field(default_factory=dict)
    """Palm.relative of the previous image."""


class BodyFitter:
    """Poses of one camera's people; remembers their builds and hands by engine_id."""

    def __init__(self, body: BodyModel) -> None:
        self._body = body
        self._space = pose_space()
        self._markers = markers()
        self._solver = Solver(self._space, self._markers)
        self._guess = FirstGuess(self._space, self._markers)
        self._shape = ShapeFitter(body, self._markers)
        self._weights = Weights(self._markers)
        self._memories: dict[int, Memory] = {}
        self._elbows = {side: BODY.index(f"{side}_elbow") for side in _SIDES}
        self._elbow_twists = [self._space.index(f"{side}_elbow")[-1] for side in _SIDES]

    def fit(
        self,
        people: list[PersonLandmarks],
        K: ArrayLike,
        image_size: tuple[int, int],
        executor: Executor | None = None,
    ) -> People:
        """Fit everybody in one image.

        Args:
            K: (3, 3) px.
            image_size: width and height, px.
            executor: not used: everybody is solved in the same few array operations.
        """
        intrinsics = np.asarray(K, float)
        if not people:
            return nobody(self._body.beta_count, self._body.expression_count, intrinsics)
        seen = sightings(people, intrinsics, image_size)
        memories = [self._recall(p, seen.body[k], seen) for k, p in enumerate(people)]
        return self._fit(people, seen, memories, intrinsics)

    def _recall(self, person: PersonLandmarks, body: Array, seen: Sightings) -> Memory:
        """What is known of a person, with this image's proportions taken into account."""
        memory = self._memories.get(person.engine_id)
        if memory is None or person.is_new:
            build = self._shape.start()
            rest = self._body.rest_joints(build.betas).astype(float)
            memory = Memory(build, rest, HandFitter(rest), person.t_s - _FIRST_DT_S)
            self._memories[person.engine_id] = memory
        dt_s = float(np.clip(person.t_s - memory.t_s, 0, _LONGEST_DT_S))
        memory.t_s = person.t_s
        if self._shape.observe(memory.build, body, person.visibility, dt_s):
            memory.rest = self._body.rest_joints(memory.build.betas).astype(float)
        self._forget(person.t_s)
        return memory

    def _forget(self, now_s: float) -> None:
        gone = [i for i, m in self._memories.items() if now_s - m.t_s > _FORGET_S]
        for engine_id in gone:
            del self._memories[engine_id]

    def _fit(
        self,
        people: list[PersonLandmarks],
        seen: Sightings,
        memories: list[Memory],
        K: Array,
    ) -> People:
        rest = np.stack([m.rest for m in memories])
        scale = np.array([m.build.scale for m in memories])
        body = seen.body * scale[:, None, None]
        in_frames = self._markers.in_frames(rest)
        orientation, angles = self._guess(body, self._markers.at_rest(rest))
        palms, hands = self._hands(people, seen, memories, orientation, angles, in_frames, K)
        evidence = self._evidence(seen, body, hands)
        start = Estimate(angles, orientation, np.zeros((len(people), 3)))
        bones = rest[:, :BODY_JOINTS]
        points = self._solver.points(start, bones, in_frames)
        start.pelvis = place(points, evidence.image, evidence.image_weight)
        found = self._solver.solve(start, evidence, bones, in_frames, _STEPS)
        return people_of(
            people,
            self._rotvecs(people, found, palms, memories),
            found.pelvis,
            rest,
            np.stack([m.build.betas for m in memories]),
            self._expression(people),
            seen.visibility * seen.inside,
            K,
        )

    def _evidence(self, seen: Sightings, body: Array, hands: list[list[HandSighting]]) -> Evidence:
        rows = self._markers.landmarks
        image, relative = seen.image[:, rows], self._solver.relative @ body[:, rows]
        image_weight, body_weight = self._weights(seen.visibility)
        for person, sighted in enumerate(hands):
            for hand in sighted:
                image[person, hand.markers] = hand.image
                relative[person, hand.markers] = hand.body
                image_weight[person, hand.markers] = HAND_IMAGE_WEIGHT
                body_weight[person, hand.markers] = HAND_BODY_WEIGHT
        usual = np.zeros((len(image), len(self._space.mean) + 6))
        usual_weight = usual.copy()
        usual[:, 3:-3], usual_weight[:, 3:-3] = self._space.mean, self._space.sd**-2.0
        return Evidence(
            image=image,
            image_weight=image_weight,
            body=relative,
            body_weight=body_weight,
            usual=usual,
            usual_weight=usual_weight,
        )

    def _hands(
        self,
        people: list[PersonLandmarks],
        seen: Sightings,
        memories: list[Memory],
        orientation: Array,
        angles: Array,
        in_frames: Array,
        K: Array,
    ) -> tuple[list[dict[Side, Palm]], list[list[HandSighting]]]:
        """Read the hands that were seen, given a first guess of the forearms."""
        palms: list[dict[Side, Palm]] = [{} for _ in people]
        found: list[list[HandSighting]] = [[] for _ in people]
        if any(p.hands for p in people):
            forearms = self._forearms(orientation, angles)
            for k, (person, memory) in enumerate(zip(people, memories, strict=True)):
                for side, hand in person.hands.items():
                    forearm = forearms[k, self._elbows[side]]
                    palm = memory.hand_fitter.read(
                        hand, side, forearm, seen.view[k], memory.palms.get(side)
                    )
                    palms[k][side] = palm
                    found[k].append(
                        hand_sighting(side, palm, hand.points_px, K, self._markers, in_frames[k])
                    )
        for memory, palm_of_side in zip(memories, palms, strict=True):
            memory.palms = {side: palm.relative for side, palm in palm_of_side.items()}
        return palms, found

    def _forearms(self, orientation: Array, angles: Array) -> Array:
        """(P, 22, 3, 3) global rotations, the forearms without a twist of their own."""
        untwisted = angles.copy()
        untwisted[:, self._elbow_twists] = 0
        local, _ = self._space.rotations(untwisted)
        local[:, 0] = orientation
        return global_rotations(local, BODY)

    def _rotvecs(
        self,
        people: list[PersonLandmarks],
        found: Estimate,
        palms: list[dict[Side, Palm]],
        memories: list[Memory],
    ) -> Array:
        """(P, 55, 3): the body's angles, then jaw and fingers."""
        local, _ = self._space.rotations(found.angles)
        local[:, 0] = found.orientation
        G = global_rotations(local, BODY)
        rotvecs = np.zeros((len(people), len(SMPLX.names), 3))
        rotvecs[:, :BODY_JOINTS] = rotvec_from_matrix(local)
        for k, person in enumerate(people):
            rotvecs[k, _JAW, 0] = jaw_opening(person.face)
            for side in _SIDES:
                wrist = G[k, BODY.index(f"{side}_wrist")]
                fingers = memories[k].hand_fitter.fingers(palms[k].get(side), side, wrist)
                rotvecs[k, _FINGERS[side]] = fingers
        return rotvecs

    def _expression(self, people: list[PersonLandmarks]) -> Array:
        """(P, E) coefficients for the expressions that this body has by name."""
        names = self._body.expression_names
        found = np.zeros((len(people), self._body.expression_count))
        for k, person in enumerate(people):
            for name, value in expressions(person.face).items():
                if name in names:
                    found[k, names.index(name)] = value
        return found
