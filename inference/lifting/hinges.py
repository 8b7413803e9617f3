"""How a limb of two bones is turned, of which only the directions of both bones are known.

The first bone's twist is what its elbow or knee tells: the plane in which the limb bends. A
straight limb has no such plane. So the hinge is blended, by how far the limb bends, with the
one that it would have if the bone had swung there from rest without twisting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec, normalize, shortest_arc

_TINY_SHARE = 0.02
"""Keeps the hinge from flipping where two opposite ones would be blended."""


@dataclass(frozen=True, slots=True)
class Hinge:
    """What is known of an elbow or a knee before it is seen."""

    axis: tuple[float, float, float]
    """About which it bends at rest, right-handed."""
    told_deg: tuple[float, float]
    """The plane tells nothing below the first bend and all from the second on."""
    one_way: bool
    """Whether the hinge stays within a quarter turn of where swinging alone takes it: knees."""
    usual_deg: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """The middle of its reach, by how far the bone points up, that squared, forwards, and
    always: deg about the bone, from where swinging alone takes it."""


KNEE = Hinge((1.0, 0.0, 0.0), (8.0, 45.0), True)
LEFT_ELBOW = Hinge((0.0, -1.0, 0.0), (15.0, 40.0), False, (-60.0, -30.0, -45.0, 0.0))
RIGHT_ELBOW = Hinge((0.0, 1.0, 0.0), (15.0, 40.0), False, (60.0, 30.0, 45.0, 0.0))
"""Upper arms: forearms of arms held out reach up and down alike, about forwards; of raised arms
from forwards past the head to behind it; of hanging arms more to the belly than outwards."""


def limb_rotations(
    body: Array, first: Array, second: Array, rest: tuple[Array, Array], hinge: Hinge
) -> tuple[Array, Array]:
    """Global rotations of both bones; each takes its rest direction to the one seen.

    Args:
        body: (..., 3, 3) global rotation of what the limb hangs on.
        first, second: (..., 3) the bones' directions.
        rest: the same at rest, (3,) or (..., 3).

    Returns:
        (..., 3, 3) twice.
    """
    own = _in(body, normalize(first))
    swung = shortest_arc(rest[0], own)
    twist = _twist(own, _in(body, normalize(second)), swung, hinge)
    upper = matrix_from_rotvec(own * twist[..., None]) @ swung
    upper = body @ upper
    lower = shortest_arc((upper @ rest[1][..., None])[..., 0], second) @ upper
    return upper, lower


def _in(frame: Array, vector: Array) -> Array:
    """(..., 3) of the world in the axes of (..., 3, 3)."""
    return (np.swapaxes(frame, -1, -2) @ vector[..., None])[..., 0]


def _twist(bone: Array, next_bone: Array, swung: Array, hinge: Hinge) -> Array:
    """(...,) rad about the bone, after swinging; unit directions in the body's axes."""
    unturned = swung @ np.array(hinge.axis)
    usual = _usual(bone, hinge)
    along = matrix_from_rotvec(bone * usual[..., None]) @ unturned[..., None]
    along = normalize(_square(along[..., 0], bone))
    across = np.cross(bone, along)
    seen = np.cross(bone, next_bone)
    bend = np.arctan2(np.sqrt((seen**2).sum(-1)), (bone * next_bone).sum(-1))
    told = _smooth_step(bend, *np.radians(hinge.told_deg))
    seen = normalize(seen)
    with_it = (seen * along).sum(-1)
    with_it = np.maximum(with_it, 0) if hinge.one_way else with_it
    sideways = told * (seen * across).sum(-1)
    return usual + np.arctan2(sideways, _TINY_SHARE + (1 - told) + told * with_it)


def _usual(bone: Array, hinge: Hinge) -> Array:
    """(...,) rad."""
    up, forwards = bone[..., 1], np.maximum(bone[..., 2], 0)
    known = np.stack([up, up**2, forwards, np.ones_like(up)], -1)
    return np.radians(known @ np.array(hinge.usual_deg))


def _square(vector: Array, axis: Array) -> Array:
    """What of a vector is square to a unit axis."""
    return vector - (vector * axis).sum(-1, keepdims=True) * axis


def _smooth_step(x: Array, start: float, end: float) -> Array:
    """0 to 1 between both."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)
