"""468 points of the face, found from the body's eyes, ears and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.skeleton import BLAZEPOSE33

from .body_landmarks import BodyLandmarks, sigmoid
from .crop import Pyramid, Square, turn_of
from .nets import Net
from .observation import Array, FaceLandmarks

CROP_PX = 192
SMALLEST_PX = 24.0
LEAST_SCORE = 0.5
LEAST_VISIBILITY = 0.5

_NOSE, _LEFT_EYE, _RIGHT_EYE, _LEFT_EAR, _RIGHT_EAR, _MOUTH_LEFT, _MOUTH_RIGHT = (
    BLAZEPOSE33.index(name)
    for name in (
        *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
        *("mouth_left", "mouth_right"),
    )
)


@dataclass(frozen=True, slots=True)
class FaceNet:
    net: Net

    def look(self, image: Pyramid, body: BodyLandmarks) -> FaceLandmarks | None:
        """The face, if eyes and nose can be seen and it is large enough."""
        square = square_of_head(body.points_px)
        seen = body.visibility[[_NOSE, _LEFT_EYE, _RIGHT_EYE]].min() >= LEAST_VISIBILITY
        if not seen or square.side_px < SMALLEST_PX or not square.is_sound():
            return None
        answer, logit = self.net(image.cut_unit(square, CROP_PX))
        score = float(sigmoid(logit.astype(np.float64)).item())
        if score <= LEAST_SCORE:
            return None
        unit = answer.reshape(468, 3).astype(np.float64) / CROP_PX
        return FaceLandmarks(
            points_px=square.to_image(unit[:, :2]),
            depth_px=unit[:, 2] * square.side_px,
            score=score,
        )


def square_of_head(points_px: Array) -> Square:
    """Around eyes and mouth of the body's (33, 2) points."""
    eyes = (points_px[_LEFT_EYE] + points_px[_RIGHT_EYE]) / 2
    mouth = (points_px[_MOUTH_LEFT] + points_px[_MOUTH_RIGHT]) / 2
    breadth = float(np.linalg.norm(points_px[_LEFT_EAR] - points_px[_RIGHT_EAR]))
    length = float(np.linalg.norm(eyes - mouth))
    side = max(1.9 * breadth, 4.6 * length)
    return Square(0.55 * eyes + 0.45 * mouth, side, turn_of(eyes - mouth))
