"""2D keypoints of everybody in every image, from a file: messages as an engine would send them.

Of such people nothing is known but where their keypoints are. They come in the rest pose of the
usual body, as far away as makes that body as tall as their box; tracking knows such boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from inference.body_model import BodyModel
from inference.lifting.box import person_boxes, seen_points
from inference.lifting.keypoint_files import ImageKeypoints, KeypointFile
from livemocap.messages import ImageFrame, PoseFrame
from livemocap.rotation import Array
from livemocap.skeleton import COCO17, SMPLX

from ..clip import Clip
from .errors import LiftError
from .seeing import images_of

NOSE_TO_ANKLE_M = 1.5
"""Of the usual body."""

SCORE_OF = 10
"""Somebody is as sure as so many of their surest keypoints: half of them may be hidden."""

_HIPS = [COCO17.index("left_hip"), COCO17.index("right_hip")]
_UPRIGHT = np.array([np.pi, 0.0, 0.0])
"""In a frame whose y points down."""
_BEYOND, _MANY = 0.25, 0.2
"""Keypoints are of other images if this share of them is as far outside, as a share of the size."""


def seen_by_file(clip: Clip, file: KeypointFile, body: BodyModel) -> Iterator[PoseFrame]:
    """Everybody whom a file tells of, image by image.

    Raises:
        LiftError: the keypoints are not of this video.
    """
    images: Mapping[int, ImageKeypoints] | None = None
    for about, _ in images_of(clip):
        if images is None:
            require_size(file, (about.width, about.height))
            images = numbered_from_0(file, clip.frame_count)
        yield told_frame(about, images.get(about.sequence), body)


def require_size(file: KeypointFile, size_px: tuple[int, int]) -> None:
    """Raises LiftError where keypoints are of larger images, or not in pixels."""
    wide = "x".join(map(str, size_px))
    if file.size_px and file.size_px != size_px:
        said = "x".join(map(str, file.size_px))
        raise LiftError(f"{file.path}: of images of {said} px, but the video has {wide}")
    points = [image.keypoints_px.reshape(-1, 3) for image in file.images.values()]
    known = np.concatenate(points) if points else np.zeros((0, 3))
    known = known[known[:, 2] > 0, :2]
    if not len(known):
        raise LiftError(f"{file.path}: nobody is in it: no keypoint in {len(file.images)} images")
    if known.max() <= 2:
        raise LiftError(
            f"{file.path}: keypoints are {known.min():.2f} to {known.max():.2f}, expected px of "
            f"the {wide} video. OpenPose writes px with --keypoint_scale 0."
        )
    outside = (np.abs(known / np.array(size_px) - 0.5) > 0.5 + _BEYOND).any(1)
    if np.mean(outside) > _MANY:
        x, y = np.quantile(known, 0.99, axis=0)
        raise LiftError(
            f"{file.path}: keypoints reach to {x:.0f}, {y:.0f} px, but the video has {wide}: they "
            "are of another video, or of this one at another size"
        )


def numbered_from_0(file: KeypointFile, frames: int) -> Mapping[int, ImageKeypoints]:
    """A file's images by the video's count; files that count from 1 are noticed by their last.

    Args:
        frames: of the video; 0 if nobody knows.

    Raises:
        LiftError: there are more than the video has.
    """
    last = max(file.images, default=0)
    if not frames or last < frames:
        return file.images
    if last == frames and 0 not in file.images:
        return {number - 1: image for number, image in file.images.items()}
    raise LiftError(
        f"{file.path}: tells of image {last}, but the video has {frames} images. Are these the "
        "keypoints of this video, all of it?"
    )


def told_frame(about: ImageFrame, told: ImageKeypoints | None, body: BodyModel) -> PoseFrame:
    """The message about one image; without anybody where nothing is told."""
    points = np.zeros((0, 17, 3), np.float32) if told is None else told.keypoints_px
    ids = np.zeros(0, np.int64) if told is None else told.ids
    boxes = person_boxes(seen_points(points, (about.width, about.height)))
    points, ids, people = points[boxes.known], ids[boxes.known], int(boxes.known.sum())
    centre, height = boxes.centre_px[boxes.known], boxes.height_px[boxes.known]
    rotvecs = np.zeros((people, len(SMPLX.names), 3), np.float32)
    rotvecs[:, 0] = _UPRIGHT
    betas = np.zeros((people, body.beta_count), np.float32)
    return PoseFrame(
        camera_id=about.camera_id,
        sequence=about.sequence,
        t_capture_ns=about.t_capture_ns,
        t_grab_ns=about.t_grab_ns,
        width=about.width,
        height=about.height,
        K=about.K,
        intrinsics_source=about.intrinsics_source,
        cut=about.cut,
        camera_motion_px=about.camera_motion_px,
        engine="keypoints/1",
        body_model=body.id,
        body_hash=body.hash,
        scores=np.sort(points[..., 2], 1)[:, -SCORE_OF:].mean(1).astype(np.float32),
        boxes_px=_boxes(points),
        joint_rotvecs=rotvecs,
        pelvis=_pelvis(points, centre, height, about.K),
        rest_joints=np.asarray(body.rest_joints(betas), np.float32),
        betas=betas,
        expression=np.zeros((people, body.expression_count), np.float32),
        joint_visibility=_visibility(points),
        keypoint_layout="coco17",
        keypoints_px=points.astype(np.float32),
        appearance=np.zeros((people, 0), np.float32),
        engine_ids=ids,
    )


def _boxes(points: Array) -> Array:
    known = points[..., 2:] > 0
    low = np.where(known, points[..., :2], np.inf).min(1, initial=np.inf)
    high = np.where(known, points[..., :2], -np.inf).max(1, initial=-np.inf)
    return np.concatenate([low, high], 1).astype(np.float32)


def _pelvis(points: Array, centre_px: Array, height_px: Array, K: Array) -> Array:
    """(P, 3) m: between the hips, or in the middle of the box where those are hidden."""
    seen = np.all(points[:, _HIPS, 2] > 0, axis=1)
    at = np.where(seen[:, None], points[:, _HIPS, :2].mean(1), centre_px)
    depth = K[1, 1] * NOSE_TO_ANKLE_M / height_px
    rays = np.concatenate([at, np.ones((len(at), 1))], 1) @ np.linalg.inv(K.astype(float)).T
    return (rays * depth[:, None]).astype(np.float32)


_SHOWN_BY = {
    "left_foot": "left_ankle", "right_foot": "right_ankle", "pelvis": "left_hip",
    "head": "nose", "neck": "left_shoulder",
    **{f"spine{n}": "left_shoulder" for n in (1, 2, 3)},
    **{f"{side}_collar": f"{side}_shoulder" for side in ("left", "right")},
}  # fmt: skip
"""The keypoint that shows each joint of the body which is none itself."""


def _visibility(points: Array) -> Array:
    """(P, 55): as sure as the keypoint that shows a joint; hands and face are not seen."""
    shown = np.zeros((len(points), len(SMPLX.names)), np.float32)
    for joint, name in enumerate(SMPLX.names[:22]):
        shown[:, joint] = points[:, COCO17.index(_SHOWN_BY.get(name, name)), 2]
    return shown
