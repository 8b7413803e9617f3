"""What was seen of everybody in an image, in the terms of the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import shortest_arc
from livemocap.skeleton import BLAZEPOSE33

from .hand_pose import SIDES, Palms, SeenHands
from .markers import Markers
from .observation import Array, PersonLandmarks
from .solver import Bones, Evidence

_POINT = {name: k for k, name in enumerate(BLAZEPOSE33)}
_TORSO = [_POINT[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "hip")]
_HAND = {"pinky": 17, "index": 5, "thumb": 2}
"""The hand net's points that sit where the body net has its hand markers."""
_HAND_IMAGE_SD_M, _HAND_BODY_SD_M = 0.02, 0.06
_LEAST_VISIBLE = 0.05


@dataclass(slots=True)
class Sightings:
    """The landmarks of P people as arrays."""

    image: Array
    """(P, 33, 2) on the plane at depth 1."""
    body: Array
    """(P, 33, 3) m as the net measures, camera axes."""
    view: Array
    """(P, 3, 3) from the axes of the image to those of the camera, at each person."""
    visibility: Array
    """(P, 33)."""
    inside: Array
    """(P, 33) bool, in the image."""


def sightings(people: list[PersonLandmarks], K: Array, image_size: tuple[int, int]) -> Sightings:
    """Stack people; the net takes each to stand in the middle of the view, so turn them back."""
    points = np.stack([p.points_px for p in people])
    image = normalised(points, K)
    middle = image[:, _TORSO].mean(1)
    ray = np.concatenate([middle, np.ones((len(people), 1))], 1)
    view = shortest_arc(np.broadcast_to([0.0, 0.0, 1.0], ray.shape), ray)
    body = np.stack([p.world for p in people]) @ view.swapaxes(1, 2)
    visibility = np.stack([p.visibility * p.presence for p in people])
    inside = np.all((points >= 0) & (points < image_size), axis=-1)
    return Sightings(image, body, view, visibility, inside)


def normalised(points_px: Array, K: Array) -> Array:
    """(..., 2) px to the plane at depth 1."""
    return (points_px - K[:2, 2]) / K[[0, 1], [0, 1]]


class Weights:
    """How much each marker counts, given how visible the net says it is."""

    def __init__(self, markers: Markers) -> None:
        self._landmarks = markers.landmarks
        self._image = markers.sd_image**-2.0
        self._body = np.stack([markers.sd_plane, markers.sd_plane, markers.sd_depth], -1) ** -2.0

    def __call__(self, visibility: Array) -> tuple[Array, Array]:
        """(P, 33) to (P, K) for the image and (P, K, 3) for the net's 3D answer, 1 / m^2."""
        v = np.clip(visibility[:, self._landmarks], _LEAST_VISIBLE, 1)
        return v * self._image, v[..., None] * self._body


class HandEvidence:
    """Puts the hand net's knuckles in place of the body net's: they are far better."""

    def __init__(self, markers: Markers) -> None:
        self._rows = np.array(
            [markers.index(*(f"{side}_{name}" for name in _HAND)) for side in SIDES]
        )

    def add(
        self, evidence: Evidence, hands: SeenHands, palms: Palms, image: Array, bones: Bones
    ) -> None:
        """Replace, at the size of this body's hands; `image` (H, 21, 2) on the plane at depth 1."""
        points = list(_HAND.values())
        at = (hands.person[:, None], self._rows[hands.side])
        body = palms.points[:, points] - palms.points[:, :1]
        wanted = np.linalg.norm(bones.markers[at], axis=-1).sum(1)
        scale = wanted / np.linalg.norm(body, axis=-1).sum(1)
        evidence.body[at] = body * scale[:, None, None]
        evidence.image[at] = image[:, points]
        evidence.image_weight[at] = _HAND_IMAGE_SD_M**-2.0
        evidence.body_weight[at] = _HAND_BODY_SD_M**-2.0


def place(points: Array, image: Array, weight: Array) -> Array:
    """(P, 3) m shifts that bring points (P, K, 3) nearest to where they were seen (P, K, 2)."""
    people, count = weight.shape
    A = np.zeros((people, 2, count, 3))
    A[:, 0, :, 0] = A[:, 1, :, 1] = 1
    A[..., 2] = -image.swapaxes(1, 2)
    b = (image * points[..., 2:] - points[..., :2]).swapaxes(1, 2)
    A = A.reshape(people, -1, 3)
    At = A.swapaxes(1, 2) * np.tile(weight, 2)[:, None]
    return np.linalg.solve(At @ A, At @ b.reshape(people, -1, 1))[..., 0]
