"""2D keypoints lifted, as a PoseEngine: for comparison, and for who brings a lifter's weights.

A lifter says where joints are relative to each other. How our skeleton points there, and where it
stands for its joints to be seen where the keypoints are, is worked out with the average body: one
camera and a lifter cannot tell how tall somebody is. Hands, feet and faces stay at rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from livemocap.lifter import Lifter, Sight, coco_keypoints
from livemocap.rotation import Array, rotvec_from_matrix
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from ..body_model import BodyModel, default_body
from ..engine import EngineImage, People
from ..landmarks.keypoints import KeypointDetector, keypoints_of
from ..landmarks.observation import PersonLandmarks
from ..landmarks.people import nobody, people_of
from .net import Net
from .placing import pelvis_from_keypoints
from .registry import lifter_of, net_named
from .rest_points import points_at_rest
from .skeleton_fit import rotations_from_positions
from .steady_depth import SteadyDepth

UNSEEN = [
    joint
    for joint, name in enumerate(SMPLX.names)
    if joint >= 22 or name.endswith(("_ankle", "_foot", "_wrist"))
]
"""Joints whose rotation a lifter says nothing about."""


class LiftEngine:
    """A PoseEngine that lifts each camera's people by a lifter of its own."""

    hand_mean_known = True
    keypoint_layout = "blazepose33"
    batch_size = 1

    def __init__(self, detector: KeypointDetector, net: Net, body: BodyModel) -> None:
        """
        Raises:
            LifterError: a net that cannot be live.
        """
        lifter_of(net)
        self.name = f"lift-{net.name}/1"
        self.body_model, self.body_hash = body.id, body.hash
        self._detector, self._net, self._body = detector, net, body
        self._rest = body.rest_joints(np.zeros(body.beta_count)).astype(float)
        self._points = points_at_rest(net.name)
        self._cameras: dict[str, tuple[Lifter, SteadyDepth]] = {}

    @classmethod
    def load(cls, lifter: str, *, quality: str = "balanced", threads: int = 0) -> LiftEngine:
        """
        Args:
            lifter: one that can be live; see inference.lifting.registry.

        Raises:
            InferenceError: unknown quality or lifter, one that cannot be live, or no weights.
        """
        detector = KeypointDetector.load(quality=quality, threads=threads)
        return cls(detector, net_named(lifter), default_body())

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        pass

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        return [self._infer(image) for image in images]

    def reset(self, camera_id: str) -> None:
        self._detector.reset(camera_id)
        self._cameras.pop(camera_id, None)

    def measurements(self) -> Mapping[str, float]:
        return {}

    def close(self) -> None:
        self._detector.close()

    def _infer(self, image: EngineImage) -> People:
        found = self._detector.people(image)
        size_px = image.bgr.shape[1], image.bgr.shape[0]
        keypoints = keypoints_of(found, size_px)
        coco = coco_keypoints(keypoints, "blazepose33")
        lifter, depth = self._of_camera(image.camera_id)
        keys, t_s = [person.engine_id for person in found], image.t_capture_ns * 1e-9
        named = np.array(keys, np.int64)
        sight = Sight(t_s=t_s, keys=named, keypoints_px=coco, K=image.K, size_px=size_px)
        (lifted,) = lifter.push(sight)
        rotations = rotations_from_positions(lifted.joints, self._rest, self._points)
        seen = pelvis_from_keypoints(self._joints(rotations), coco, image.K)
        pelvis = depth.follow(t_s, keys, seen)
        sound = np.isfinite(rotations).all((1, 2, 3)) & np.isfinite(pelvis).all(1)
        known = np.flatnonzero(sound)
        answer = self._people(
            [found[person] for person in known],
            (rotations[known], pelvis[known], keypoints[known, :, 2]),
            image,
        )
        return replace(answer, intrinsics_source=image.intrinsics_source)

    def _of_camera(self, camera_id: str) -> tuple[Lifter, SteadyDepth]:
        if camera_id not in self._cameras:
            self._cameras[camera_id] = lifter_of(self._net), SteadyDepth()
        return self._cameras[camera_id]

    def _joints(self, rotations: Array) -> Array:
        """(P, 55, 3) m about the pelvis; NaN stays NaN."""
        world = global_rotations(rotations, SMPLX)
        rest = np.broadcast_to(self._rest, (len(rotations), 55, 3))
        return joint_positions(world, rest, np.zeros((len(rotations), 3)), SMPLX)

    def _people(
        self, found: list[PersonLandmarks], pose: tuple[Array, Array, Array], image: EngineImage
    ) -> People:
        body, (rotations, pelvis, visibility) = self._body, pose
        if not found:
            return nobody(body.beta_count, body.expression_count, image.K)
        count = len(found)
        people = people_of(
            found,
            rotvec_from_matrix(rotations),
            pelvis,
            np.broadcast_to(self._rest, (count, 55, 3)),
            np.zeros((count, body.beta_count)),
            np.zeros((count, body.expression_count)),
            visibility,
            image.K,
        )
        people.joint_visibility[:, UNSEEN] = 0
        return people
