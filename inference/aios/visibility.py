"""How well each joint was seen, as AiOS itself does not say it.

A joint's visibility, 0..1, is the product of three: it lies inside the image; no limb of
somebody nearer lies over it; and the network's two answers agree, the points it found in the
image and the joints of the body it predicted, both in pixels. A person's own limbs hide nothing:
the network is trained to know what is behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, COCO17, SMPLX

from .config import BODY_POINTS, HAND_POINTS

LIMB_RADII_M = {
    ("left_hip", "left_knee"): 0.09,
    ("left_knee", "left_ankle"): 0.06,
    ("left_shoulder", "left_elbow"): 0.05,
    ("left_elbow", "left_wrist"): 0.04,
    ("right_hip", "right_knee"): 0.09,
    ("right_knee", "right_ankle"): 0.06,
    ("right_shoulder", "right_elbow"): 0.05,
    ("right_elbow", "right_wrist"): 0.04,
    ("left_hip", "left_shoulder"): 0.1,
    ("right_hip", "right_shoulder"): 0.1,
    ("pelvis", "neck"): 0.13,
    ("neck", "head"): 0.11,
}
"""A body as capsules: the two joints, and half the thickness."""

SURELY_BEHIND_M = 0.25
"""So far behind a limb a joint is hidden; less counts in proportion, as depths are uncertain."""

AGREED = 0.06
"""Distance of a point from its joint, in sizes of the person, that says nothing: points are on
the skin, joints inside, and bones may be a little shorter than the body's."""

DISAGREED = 0.12
"""So much more, and the likeness has fallen to 1/e."""

_SMALLEST_PERSON_PX = 20.0


@dataclass(frozen=True, slots=True)
class Bodies:
    """Everybody's joints as the network placed them."""

    pixels: Array
    """(P, 55, 2) of the image."""
    depth: Array
    """(P, 55) m in the real camera."""
    px_m: float
    """Pixels for each metre at one metre of depth."""


def joint_visibility(bodies: Bodies, points: Array, image_size: tuple[int, int]) -> Array:
    """(P, 55) 0..1.

    Args:
        points: (P, 35, 2) px, in the order of Detected.keypoints.
        image_size: (h, w) px.
    """
    return inside(bodies.pixels, image_size) * (1 - hidden(bodies)) * agreement(bodies, points)


def point_visibility(visibility: Array) -> Array:
    """(P, 55) of the joints to (P, 17) of the COCO points."""
    return visibility[:, _JOINT_OF_COCO]


def inside(pixels: Array, image_size: tuple[int, int]) -> Array:
    """(..., 2) to (...) bool."""
    h, w = image_size
    return (pixels >= 0).all(-1) & (pixels[..., 0] < w) & (pixels[..., 1] < h)


def hidden(bodies: Bodies) -> Array:
    """(P, 55) 0..1: how surely a joint is behind somebody else's limb."""
    found = np.zeros(bodies.depth.shape)
    x, y = np.moveaxis(bodies.pixels, -1, 0).copy()
    (left, right), (top, bottom) = ((a.min(1), a.max(1)) for a in (x, y))
    nearest = bodies.depth.min(1)
    reach = _RADII.max() * bodies.px_m / nearest
    for person in range(len(found)):
        r = reach[person]
        may_be = (x > left[person] - r) & (x < right[person] + r) & (y > top[person] - r)
        may_be &= (y < bottom[person] + r) & (bodies.depth > nearest[person])
        may_be[person] = False
        if may_be.any():
            behind = _behind(bodies, person, x[may_be], y[may_be], bodies.depth[may_be])
            found[may_be] = np.maximum(found[may_be], behind)
    return found


def _behind(bodies: Bodies, person: int, x: Array, y: Array, depth: Array) -> Array:
    """How surely pixels x, y at some depth, (N,) each, are behind one person's limbs, (N,) 0..1."""
    ends = np.concatenate([bodies.pixels[person], bodies.depth[person, :, None]], 1)[_LIMBS]
    (ax, ay, near), (along_x, along_y, farther) = ends[:, 0].T, (ends[:, 1] - ends[:, 0]).T
    away_x, away_y = np.subtract.outer(x, ax), np.subtract.outer(y, ay)
    share = away_x * along_x + away_y * along_y
    share /= np.maximum(along_x**2 + along_y**2, 1e-9)
    share = np.minimum(np.maximum(share, 0), 1)
    away_x -= share * along_x
    away_y -= share * along_y
    limb_depth = near + share * farther
    covers = away_x**2 + away_y**2 < (_RADII * bodies.px_m / limb_depth) ** 2
    sure = (depth[:, None] - limb_depth) / SURELY_BEHIND_M
    return np.minimum((covers * sure).max(1, initial=0), 1)


def agreement(bodies: Bodies, points: Array) -> Array:
    """(P, 55) 0..1: how well points and joints agree there, or where something is known of it.

    A finger is judged by its tip, and is no better than its hand.
    """
    size = np.ptp(bodies.pixels[:, :BODY_JOINTS], axis=1).max(-1) if len(points) else np.zeros(0)
    size = np.maximum(size, _SMALLEST_PERSON_PX)[:, None]
    joints, rows = _PAIRS.T
    distance = np.linalg.norm(bodies.pixels[:, joints] - points[:, rows], axis=-1) / size
    too_far = np.maximum(distance - AGREED, 0) / DISAGREED
    found = np.exp(-(too_far**2)) @ _PAIRS_OF_JOINT.T
    for wrist, fingers in _HANDS:
        found[:, fingers] *= found[:, wrist, None]
    return found


def _pairs() -> dict[str, int]:
    """Joints with a point of their own in Detected.keypoints, and its row."""
    body = [name for name in COCO17 if name in SMPLX.names]
    found = {name: COCO17.index(name) for name in body}
    for hand, side in enumerate(("left", "right")):
        first = BODY_POINTS + hand * HAND_POINTS
        for tip, finger in enumerate(("thumb", "index", "middle", "ring", "pinky"), 1):
            found[f"{side}_{finger}3"] = first + tip
    return found


def _pairs_for(joint: str) -> list[str]:
    """Whose agreement speaks for a joint."""
    side, _, part = joint.partition("_")
    if joint in _PAIR_ROWS:
        return [joint]
    if part == "foot":
        return [f"{side}_ankle"]
    if part == "collar":
        return [f"{side}_shoulder"]
    if joint in ("head", "jaw"):
        return ["left_eye", "right_eye"]
    if part:
        return [f"{joint[:-1]}3"]
    hips, shoulders = ["left_hip", "right_hip"], ["left_shoulder", "right_shoulder"]
    return {"pelvis": hips, "neck": shoulders}.get(joint, hips + shoulders)


def _mean_matrix() -> Array:
    """(55, pairs): each joint's agreement is the mean of these."""
    names = list(_PAIR_ROWS)
    matrix = np.zeros((len(SMPLX.names), len(names)))
    for row, joint in enumerate(SMPLX.names):
        chosen = [names.index(name) for name in _pairs_for(joint)]
        matrix[row, chosen] = 1 / len(chosen)
    return matrix


_LIMBS = np.array([SMPLX.indices(*ends) for ends in LIMB_RADII_M])
_RADII = np.array(list(LIMB_RADII_M.values()))
_PAIR_ROWS = _pairs()
_PAIRS = np.array([(SMPLX.index(joint), row) for joint, row in _PAIR_ROWS.items()])
_PAIRS_OF_JOINT = _mean_matrix()
_HANDS = [
    (SMPLX.index("left_wrist"), slice(25, 40)),
    (SMPLX.index("right_wrist"), slice(40, 55)),
]
_JOINT_OF_COCO = np.array([SMPLX.index(n if n in SMPLX.names else "head") for n in COCO17])
