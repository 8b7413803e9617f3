"""21 landmarks of each hand: found from the body, then followed by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.skeleton import BLAZEPOSE33

from .body_landmarks import BodyLandmarks
from .crop import Pyramid, Square, turn_of
from .nets import Net
from .observation import Array, HandLandmarks, Side

CROP_PX = 224
RECROP_PX = 256
SIDES: tuple[Side, Side] = ("left", "right")

SMALLEST_PX = 16.0
"""Side of the crop below which fingers cannot be told apart."""

WRIST_VISIBILITY = 0.4
LEAST_SCORE = 0.5

FROM_WRIST = 0.6
"""Distance between the hand's wrist and the body's, in crop sides, past which it is another's."""

SAME_HAND = 0.1
"""Mean distance, in crop sides, below which two hands are one hand seen twice."""

_PALM = np.array([0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18])
"""The points that frame the next crop: no fingertips, they swing too far."""
_KNUCKLES = np.array([5, 9, 13])


def _rows(side: Side) -> tuple[int, int, int]:
    names = (f"{side}_wrist", f"{side}_pinky", f"{side}_index")
    wrist, pinky, index = (BLAZEPOSE33.index(name) for name in names)
    return wrist, pinky, index


_BODY_ROWS = {side: _rows(side) for side in SIDES}


@dataclass(frozen=True, slots=True)
class HandNets:
    """The net that reads a hand, and the small one that frames it."""

    landmarks: Net
    recrop: Net

    def look(
        self, image: Pyramid, body: BodyLandmarks, side: Side, before: HandLandmarks | None
    ) -> HandLandmarks | None:
        """The hand at the end of that arm, if it is there and large enough to read."""
        wrist = _BODY_ROWS[side][0]
        around = square_of_arm(body.points_px, side)
        if body.visibility[wrist] < WRIST_VISIBILITY or around.side_px < SMALLEST_PX:
            return None
        square = _followed(before, around) or self._framed(image, around)
        if not square.is_sound():
            return None
        hand = self._read(image, square)
        reach = np.linalg.norm(hand.points_px[0] - body.points_px[wrist])
        is_this = hand.score > LEAST_SCORE and reach < FROM_WRIST * around.side_px
        return hand if is_this else None

    def _framed(self, image: Pyramid, around: Square) -> Square:
        """A better square than the body's landmarks give: the net answers its middle and foot."""
        if not around.is_sound():
            return around
        answer = self.recrop(image.cut_unit(around, RECROP_PX))[0].reshape(2, 2)
        middle, foot = around.to_image(answer.astype(np.float64) / RECROP_PX)
        square = Square(middle, 2 * float(np.linalg.norm(middle - foot)), turn_of(middle - foot))
        return _raised(square)

    def _read(self, image: Pyramid, square: Square) -> HandLandmarks:
        points, score, right, world = self.landmarks(image.cut_unit(square, CROP_PX))
        in_crop = points.reshape(21, 3)[:, :2].astype(np.float64) / CROP_PX
        return HandLandmarks(
            points_px=square.to_image(in_crop),
            world=square.turned(world.reshape(21, 3).astype(np.float64)),
            score=float(score.item()),
            right_probability=float(right.item()),
            size_px=square.side_px,
        )


def square_of_arm(points_px: Array, side: Side) -> Square:
    """Where a hand should be, from the body's (33, 2) wrist, pinky and index knuckles."""
    wrist, pinky, index = (points_px[row] for row in _BODY_ROWS[side])
    middle = (2 * index + pinky) / 3
    length = float(np.linalg.norm(middle - wrist))
    breadth = float(np.linalg.norm(index - pinky))
    return Square(middle, 3.434 * length + 2.142 * breadth, turn_of(middle - wrist))


def square_of_hand(points_px: Array) -> Square:
    """Where to look for a hand next, from its (21, 2) points now."""
    turn = turn_of(points_px[_KNUCKLES].mean(0) - points_px[0])
    axes = Square(points_px[0], 1.0, turn).axes()
    along = points_px[_PALM] @ axes
    low, high = along.min(0), along.max(0)
    square = Square(axes @ ((low + high) / 2), 2 * float((high - low).max()), turn)
    return _raised(square, 0.05)


def without_twin(
    hands: dict[Side, HandLandmarks], body: BodyLandmarks
) -> dict[Side, HandLandmarks]:
    """When both arms ended at one hand, leave it to the arm whose wrist is nearer."""
    if len(hands) < 2:
        return hands
    apart = np.linalg.norm(hands["left"].points_px - hands["right"].points_px, axis=1).mean()
    if apart > SAME_HAND * min(hand.size_px for hand in hands.values()):
        return hands
    nearer = min(SIDES, key=lambda side: _wrist_gap(hands[side], body, side))
    return {nearer: hands[nearer]}


def _wrist_gap(hand: HandLandmarks, body: BodyLandmarks, side: Side) -> float:
    return float(np.linalg.norm(hand.points_px[0] - body.points_px[_BODY_ROWS[side][0]]))


def _raised(square: Square, by: float = 0.1) -> Square:
    """Moved towards the fingers by a part of its side."""
    up = -square.axes()[:, 1]
    return Square(square.center_px + by * square.side_px * up, square.side_px, square.turn_rad)


def _followed(before: HandLandmarks | None, around: Square) -> Square | None:
    """The square of the previous image's hand, while it stays where the arm ends."""
    if before is None:
        return None
    square = square_of_hand(before.points_px)
    near = np.linalg.norm(square.center_px - around.center_px) < 0.8 * around.side_px
    return square if near and 0.4 < square.side_px / around.side_px < 2.5 else None
