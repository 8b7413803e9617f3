"""What the nets saw of one person in one image, before any body is fitted to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

Array = NDArray[Any]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLandmarks:
    """21 hand points (MediaPipe order: wrist, then thumb to pinky, base to tip)."""

    points_px: Array
    """(21, 2) in the image."""
    world: Array
    """(21, 3) m, image-aligned axes: +X right, +Y down, +Z away; origin near the hand's centre."""
    score: float
    """How surely this is a hand, 0..1."""
    right_probability: float
    """The net's handedness as it answers for an unmirrored image of a person's right hand."""
    size_px: float
    """Side of the crop it was found in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceLandmarks:
    """468 face-mesh points (MediaPipe order)."""

    points_px: Array
    """(468, 2) in the image."""
    depth_px: Array
    """(468,) relative depth on the scale of the image, smaller is nearer."""
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLandmarks:
    """33 BlazePose landmarks of one person (livemocap.skeleton.BLAZEPOSE33), hands and face."""

    engine_id: int
    """Who the 2D association takes this to be; stable while it is not lost."""
    is_new: bool
    """True on the first image of this engine_id, and after a cut: forget temporal state."""
    t_s: float
    """Capture time, seconds."""
    score: float
    box_px: Array
    """(4,) x0 y0 x1 y1, from the detector."""
    detection_px: Array
    """(17, 3) COCO keypoints x, y, confidence, from the detector."""
    points_px: Array
    """(33, 2)."""
    visibility: Array
    """(33,) 0..1."""
    presence: Array
    """(33,) 0..1: low for points outside the crop."""
    world: Array
    """(33, 3) m, image-aligned axes +X right +Y down +Z away, origin between the hips, as the
    net gives it (it takes every person to stand in the middle of the view)."""
    hands: dict[Side, HandLandmarks] = field(default_factory=dict)
    face: FaceLandmarks | None = None
    appearance: Array
    """(D,) unit-norm colour description."""
