"""Tracked people over the image: skinned bodies, skeletons, and a number for each track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from livemocap.coords import invert, project, transform_points
from livemocap.messages import TRACK_PREDICTED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from .palette import Bgr, darker, lighter, track_color
from .raster import Mesh, draw_meshes
from .text import put_badge

if TYPE_CHECKING:
    from inference.body_model import BodyModel

_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws at."""
_FACE = SMPLX.indices("jaw", "left_eye", "right_eye")
_HAND_FIRST = 25
_RIM, _JOINT = (20, 18, 16), (250, 250, 250)
_BODY_OPACITY = 0.72
_CERTAIN = 0.15
"""Joints less sure than this are guesses (outside the image) and are not drawn."""


@dataclass(frozen=True, slots=True)
class Person:
    """One track of one frame as the camera sees it."""

    row: int
    track_id: int
    state: int
    points_px: Array
    """(55, 2); NaN behind the lens."""
    confidence: Array
    """(55,)."""
    head_top_px: Array
    """(2,) a hand's breadth above the head."""
    depth_m: float

    @property
    def color(self) -> Bgr:
        return track_color(self.track_id)


def people_in(frame: TrackFrame, scale: float = 1.0) -> list[Person]:
    """Everybody who is established, the furthest first; `scale` is the drawn size of a pixel."""
    T_cam_world = invert(frame.T_world_cam)
    K = scaled_intrinsics(frame.K, scale)
    people = []
    for row, (track_id, state) in enumerate(zip(frame.track_ids, frame.states, strict=True)):
        if state == TRACK_TENTATIVE:
            continue
        joints = transform_points(T_cam_world, frame.joints[row].astype(np.float64))
        head, neck = joints[SMPLX.index("head")], joints[SMPLX.index("neck")]
        top = head + (head - neck) * (0.30 / max(float(np.linalg.norm(head - neck)), 1e-6))
        people.append(
            Person(
                row=row,
                track_id=int(track_id),
                state=int(state),
                points_px=project(K, joints),
                confidence=np.asarray(frame.joint_confidence[row]),
                head_top_px=project(K, top),
                depth_m=float(joints[0, 2]),
            )
        )
    return sorted(people, key=lambda person: -person.depth_m)


def scaled_intrinsics(K: Array, scale: float) -> Array:
    """K of the image resized by `scale`."""
    return np.diag([scale, scale, 1.0]) @ np.asarray(K, float)


def draw_bodies(image: Array, frame: TrackFrame, body: BodyModel, scale: float = 1.0) -> None:
    """The skinned body of everybody who is seen in this very frame."""
    shown = [p for p in people_in(frame, scale) if p.state != TRACK_PREDICTED]
    if not shown or frame.body_model != body.id:
        return
    rows = [p.row for p in shown]
    vertices = body.vertices(
        frame.joint_rotvecs[rows], frame.pelvis[rows], frame.betas[rows], frame.expression[rows]
    )
    in_camera = transform_points(invert(frame.T_world_cam).astype(np.float32), vertices)
    meshes = [Mesh(points, body.faces, p.color) for points, p in zip(in_camera, shown, strict=True)]
    draw_meshes(image, meshes, scaled_intrinsics(frame.K, scale), _BODY_OPACITY)


def draw_skeletons(image: Array, frame: TrackFrame, scale: float = 1.0) -> None:
    """Bones and joints of everybody; a person whom nobody saw in this frame is drawn faint."""
    for person in people_in(frame, scale):
        layer = image.copy() if person.state == TRACK_PREDICTED else image
        _draw_skeleton(layer, person)
        if layer is not image:
            cv2.addWeighted(layer, 0.35, image, 0.65, 0, image)


def _draw_skeleton(image: Array, person: Person) -> None:
    """Fingers as hairlines below, then bones on a dark rim, then joints."""
    width = float(np.clip(_height_px(person) / 110, 1.2, 6.0))
    bones = [
        (joint, parent)
        for joint, parent in enumerate(SMPLX.parents)
        if parent >= 0 and joint not in _FACE and _drawable(person, joint, parent)
    ]
    for joint, parent in bones:
        if joint < _HAND_FIRST:
            _line(image, person.points_px[[parent, joint]], _RIM, width * 1.9)
    for joint, parent in bones:
        share = 1.0 if joint < _HAND_FIRST else 0.5
        _line(image, person.points_px[[parent, joint]], _bone_color(person, joint), width * share)
    for joint in range(_HAND_FIRST):
        if joint not in _FACE and _drawable(person, joint):
            x, y = np.round(person.points_px[joint] * (1 << _SHIFT)).astype(int).tolist()
            radius = round(width * 1.15 * (1 << _SHIFT))
            cv2.circle(image, (x, y), radius, _JOINT, -1, cv2.LINE_AA, _SHIFT)


def draw_numbers(image: Array, frame: TrackFrame, scale: float = 1.0) -> None:
    """The track's number above each head; numbers that would cover each other move aside."""
    height = max(20.0, min(image.shape[:2]) / 17)
    placed: list[tuple[float, float]] = []
    for person in reversed(people_in(frame, scale)):
        if not np.isfinite(person.head_top_px).all():
            continue
        x, y = float(person.head_top_px[0]), float(person.head_top_px[1]) - height * 0.55
        for other_x, other_y in sorted(placed, reverse=x < placed[-1][0] if placed else False):
            if abs(x - other_x) < height * 1.4 and abs(y - other_y) < height * 1.1:
                x = other_x + (height * 1.4 if x >= other_x else -height * 1.4)
        placed.append((x, y))
        fill = darker(person.color, 0.45) if person.state == TRACK_PREDICTED else person.color
        put_badge(image, str(person.track_id), (x, y), height, fill)


def _bone_color(person: Person, joint: int) -> Bgr:
    """Left limbs lighter, right limbs darker, as an animator wants to know which is which."""
    name = SMPLX.names[joint]
    if name.startswith("left_"):
        return lighter(person.color, 0.45)
    return darker(person.color, 0.3) if name.startswith("right_") else person.color


def _drawable(person: Person, *joints: int) -> bool:
    return all(
        np.isfinite(person.points_px[j]).all() and person.confidence[j] >= _CERTAIN for j in joints
    )


def _height_px(person: Person) -> float:
    ys = person.points_px[:_HAND_FIRST, 1]
    ys = ys[np.isfinite(ys)]
    return float(np.ptp(ys)) if len(ys) else 0.0


def _line(image: Array, points: Array, color: Bgr, width: float) -> None:
    fixed = np.round(points * (1 << _SHIFT))
    if np.abs(fixed).max() < 1 << 20:  # OpenCV draws nonsense far outside
        (x0, y0), (x1, y1) = fixed.astype(int).tolist()
        cv2.line(image, (x0, y0), (x1, y1), color, max(1, round(width)), cv2.LINE_AA, _SHIFT)
