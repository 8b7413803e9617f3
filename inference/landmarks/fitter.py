"""Everybody's landmarks in one image to SMPL-X poses: the most likely angles, build and place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import rotvec_from_matrix
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..body_model import BodyModel
from ..engine import People
from .evidence import HandEvidence, Sightings, Weights, normalised, place, sightings
from .face_pose import expressions, jaw_opening
from .hand_pose import SIDES, HandFitter, Palms, SeenHands, seen_hands
from .initial import FirstGuess
from .markers import markers
from .memory import Memories, Memory
from .observation import Array, PersonLandmarks
from .people import nobody, people_of
from .pose_space import BODY, pose_space
from .shape import ShapeFitter
from .solver import NEAREST_M, Bones, Estimate, Evidence, Solver

_STEPS = 2
_TURN_RAD_S = 4.0
"""How fast joints usually turn: the more time passes, the less a pose says about the next."""
_DEPTH_PER_S = 0.5
"""How much of their distance people usually come nearer or go away in a second."""
_JAW = SMPLX.index("jaw")
_ELBOWS = np.array([BODY.index(f"{side}_elbow") for side in SIDES])
_WRISTS = np.array([BODY.index(f"{side}_wrist") for side in SIDES])
_FINGERS = np.arange(25, 55).reshape(2, 15)


class BodyFitter:
    """Poses of one camera's people; remembers them by engine_id."""

    def __init__(self, body: BodyModel) -> None:
        self._body = body
        self._space = pose_space()
        self._markers = markers()
        self._solver = Solver(self._space, self._markers)
        self._guess = FirstGuess(self._space, self._markers)
        self._weights = Weights(self._markers)
        self._hand_evidence = HandEvidence(self._markers)
        self._hand_fitter = HandFitter(body.rest_joints(np.zeros(1)).astype(float))
        self._memories = Memories(ShapeFitter(body, self._markers))
        self._forearm_twists = [self._space.index(f"{side}_elbow")[-1] for side in SIDES]

    def fit(
        self,
        people: list[PersonLandmarks],
        K: ArrayLike,
        image_size: tuple[int, int],
    ) -> People:
        """Fit everybody in one image.

        Args:
            K: (3, 3) px.
            image_size: width and height, px.
        """
        intrinsics = np.asarray(K, float)
        if not people:
            return nobody(self._body.beta_count, self._body.expression_count, intrinsics)
        seen = sightings(people, intrinsics, image_size)
        memories = [self._memories.recall(p, b) for p, b in zip(people, seen.body, strict=True)]
        self._memories.forget(max(p.t_s for p in people))
        rest = np.stack([m.build.rest_joints for m in memories])
        found, rotvecs = self._fit(people, seen, memories, rest, intrinsics)
        return people_of(
            people,
            rotvecs,
            found.pelvis,
            rest,
            np.stack([m.build.betas for m in memories]),
            self._expression(people),
            seen.visibility * seen.inside,
            intrinsics,
        )

    def _fit(
        self,
        people: Sequence[PersonLandmarks],
        seen: Sightings,
        memories: Sequence[Memory],
        rest: Array,
        K: Array,
    ) -> tuple[Estimate, Array]:
        """The poses, and all their joint rotations (P, 55, 3)."""
        bones = Bones(rest[:, :BODY_JOINTS], self._markers.in_frames(rest))
        scale = np.array([m.build.scale for m in memories])
        body = seen.body * scale[:, None, None]
        evidence = self._evidence(seen, body, memories)
        start = self._start(evidence, body, rest, bones)
        hands = seen_hands(people)
        palms = self._palms(hands, start, seen.view, memories) if hands else None
        if hands and palms:
            image = normalised(hands.points_px, K)
            self._hand_evidence.add(evidence, hands, palms, image, bones)
        found = self._solver.solve(start, evidence, bones, _STEPS)
        for row, memory in enumerate(memories):
            depth = float(found.pelvis[row, 2])
            memory.pose = found.angles[row], found.orientation[row], depth
        return found, self._rotvecs(people, found, hands, palms)

    def _evidence(self, seen: Sightings, body: Array, memories: Sequence[Memory]) -> Evidence:
        rows = self._markers.landmarks
        image_weight, body_weight = self._weights(seen.visibility)
        return Evidence(
            image=seen.image[:, rows],
            image_weight=image_weight,
            body=self._solver.relative @ body[:, rows],
            body_weight=body_weight,
            **self._expected(memories),
        )

    def _expected(self, memories: Sequence[Memory]) -> dict[str, Array]:
        """The fields of Evidence on what is usual, drawn to what was so a moment ago."""
        people = len(memories)
        angles = np.repeat(self._space.mean[None], people, 0)
        weight = np.repeat(self._space.sd[None] ** -2.0, people, 0)
        orientation, turning = np.tile(np.eye(3), (people, 1, 1)), np.zeros((people, 1))
        depth, moving = np.ones(people), np.zeros(people)
        for row, memory in enumerate(memories):
            if memory.pose is not None:
                turning[row] = (_TURN_RAD_S * memory.dt_s) ** -2.0
                weight[row] += turning[row]
                angles[row] += turning[row] / weight[row] * (memory.pose[0] - angles[row])
                orientation[row], depth[row] = memory.pose[1:]
                moving[row] = (_DEPTH_PER_S * depth[row] * memory.dt_s) ** -2.0
        return {
            "angles": angles,
            "angles_weight": weight,
            "orientation": orientation,
            "orientation_weight": turning,
            "depth": depth,
            "depth_weight": moving,
        }

    def _start(self, evidence: Evidence, body: Array, rest: Array, bones: Bones) -> Estimate:
        """A first guess of the poses, placed where they fit the image."""
        orientation, angles = self._guess(body, self._markers.at_rest(rest))
        start = Estimate(angles, orientation, np.zeros((len(body), 3)))
        points = self._solver.points(start, bones)
        start.pelvis = place(points, evidence.image, evidence.image_weight)
        start.pelvis[:, 2] = np.maximum(start.pelvis[:, 2], NEAREST_M)
        return start

    def _palms(
        self, hands: SeenHands, start: Estimate, views: Array, memories: Sequence[Memory]
    ) -> Palms:
        """Read the hands, given a first guess of the forearms without a twist of their own."""
        angles = start.angles.copy()
        angles[:, self._forearm_twists] = 0
        _, G = self._solver.rotations(Estimate(angles, start.orientation, start.pelvis))
        forearms = G[hands.person, _ELBOWS[hands.side]]
        sides = [SIDES[side] for side in hands.side]
        owners = [memories[row] for row in hands.person]
        previous = [m.palms.get(side) for m, side in zip(owners, sides, strict=True)]
        palms = self._hand_fitter.read(hands, forearms, views[hands.person], previous)
        for memory in memories:
            memory.palms = {}
        for memory, side, relative in zip(owners, sides, palms.relative, strict=True):
            memory.palms[side] = relative
        return palms

    def _rotvecs(
        self,
        people: Sequence[PersonLandmarks],
        found: Estimate,
        hands: SeenHands | None,
        palms: Palms | None,
    ) -> Array:
        """(P, 55, 3): the body's angles, then jaw and fingers."""
        local, G = self._solver.rotations(found)
        rotvecs = np.zeros((len(people), len(SMPLX.names), 3))
        rotvecs[:, :BODY_JOINTS] = rotvec_from_matrix(local)
        rotvecs[:, _JAW, 0] = [jaw_opening(person.face) for person in people]
        rotvecs[:, _FINGERS] = self._hand_fitter.relaxed
        if hands and palms:
            wrists = G[hands.person, _WRISTS[hands.side]]
            fingers = self._hand_fitter.fingers(hands, palms, wrists)
            rotvecs[hands.person[:, None], _FINGERS[hands.side]] = fingers
        return rotvecs

    def _expression(self, people: Sequence[PersonLandmarks]) -> Array:
        """(P, E) coefficients for the expressions that this body has by name."""
        names = self._body.expression_names
        found = np.zeros((len(people), self._body.expression_count))
        for row, person in enumerate(people):
            for name, value in expressions(person.face).items():
                if name in names:
                    found[row, names.index(name)] = value
        return found
