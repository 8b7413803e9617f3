"""One picture of everything: the image with its people, the floor, and a list of who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from livemocap.messages import TRACK_PREDICTED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array

from .overlay import draw_bodies, draw_numbers, draw_skeletons
from .palette import FAINT, PANEL, TEXT, track_color
from .text import put_badge, put_text
from .topview import Floor, Trails, draw_top_view, floor_of

if TYPE_CHECKING:
    from inference.body_model import BodyModel

_LEAST_HEIGHT, _MOST_HEIGHT, _MOST_WIDTH = 480, 960, 1280


class Composer:
    """Draws frame after frame of one camera.

    Args:
        body: the usual one; others are looked up when a frame wants them. None draws skeletons
            alone.
        floor: the part of the floor to show; None grows with what is seen.
    """

    def __init__(self, body: BodyModel | None, floor: Floor | None = None) -> None:
        self._body = body
        self._floor = floor
        self._grows = floor is None
        self._trails = Trails()

    def overlay(self, bgr: Array, frame: TrackFrame | None) -> Array:
        """The image alone, at the size it is shown, with everybody on it."""
        scale = shown_scale(bgr.shape[1], bgr.shape[0])
        image = resized(bgr, scale)
        if frame is None:
            return image
        body = self._body_of(frame)
        if body is not None:
            draw_bodies(image, frame, body, scale)
        draw_skeletons(image, frame, scale)
        draw_numbers(image, frame, scale)
        return image

    def _body_of(self, frame: TrackFrame) -> BodyModel | None:
        """The body that the frame's shapes belong to, if bodies are wanted and it is here."""
        if self._body is None or self._body.id == frame.body_model:
            return self._body
        from inference.known_bodies import body_of

        return body_of(frame.body_model)

    def compose(self, bgr: Array, frame: TrackFrame | None, status: str = "") -> Array:
        """The overlay, with the floor and the people beside it; even width and height."""
        image = self.overlay(bgr, frame)
        height = image.shape[0] // 2 * 2
        side = round(height * 0.62) // 2 * 2
        panel = np.full((height, side, 3), PANEL, np.uint8)
        panel[:side] = self._top_view(side, frame)
        _write_people(panel[side:], frame, status)
        return np.hstack([image[:height, : image.shape[1] // 2 * 2], panel])

    def _top_view(self, side: int, frame: TrackFrame | None) -> Array:
        if frame is not None:
            self._trails.add(frame)
            if self._grows:
                self._floor = _united(self._floor, floor_of([frame]))
        return draw_top_view(side, self._floor or Floor(0, 0, 6), frame, self._trails)


def shown_scale(width: int, height: int) -> float:
    """Small images are enlarged so that numbers can be read; big ones shrink."""
    return min(max(1.0, _LEAST_HEIGHT / height), _MOST_HEIGHT / height, _MOST_WIDTH / width)


def resized(bgr: Array, scale: float) -> Array:
    """A copy of the image at `scale`."""
    if scale == 1.0:
        return bgr.copy()
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=smooth)


def _united(a: Floor | None, b: Floor) -> Floor:
    """The smallest floor that shows both."""
    if a is None:
        return b
    corners = np.array(
        [
            [f.center_x_m + s * f.side_m / 2, f.center_z_m + s * f.side_m / 2]
            for f in (a, b)
            for s in (-1, 1)
        ]
    )
    low, high = corners.min(0), corners.max(0)
    (x, z), side = (low + high) / 2, float((high - low).max())
    return Floor(float(x), float(z), side)


def _write_people(panel: Array, frame: TrackFrame | None, status: str) -> None:
    """A line for each person: number, distance from the camera, how sure we are."""
    height = max(9.0, panel.shape[1] / 30)
    line = height * 2.3
    y = line
    if frame is not None:
        for row in np.argsort(frame.track_ids):
            if frame.states[row] == TRACK_TENTATIVE or y > panel.shape[0] - line:
                continue
            _write_person(panel, frame, int(row), y, height)
            y += line
    put_text(panel, status, height, panel.shape[0] - height, height * 0.9, FAINT)


def _write_person(panel: Array, frame: TrackFrame, row: int, y: float, height: float) -> None:
    track_id = int(frame.track_ids[row])
    distance = float(np.linalg.norm(frame.pelvis[row] - frame.T_world_cam[:3, 3]))
    put_badge(
        panel, str(track_id), (height * 2, y - height / 2), height * 1.8, track_color(track_id)
    )
    put_text(panel, f"{distance:4.1f} m", height * 4, y, height, TEXT)
    hidden = frame.states[row] == TRACK_PREDICTED
    words = "hidden" if hidden else f"{round(100 * float(frame.scores[row]))} % sure"
    put_text(panel, words, height * 10, y, height, FAINT)
