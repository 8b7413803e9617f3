"""Pictures of a lifted video: keypoints over the image and people in 3D beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from ..clip import Clip
from ..pictures import write_png
from ..preview.composition import resized, shown_scale
from ..preview.figures import Onlooker, draw_figures
from ..preview.keypoints import draw_keypoints
from ..preview.sheet import contact_sheet, sheet_moments
from ..preview.video_writer import VideoWriter
from ..progress import Progress
from .results import Found

APART_M = 1.4
"""How far apart people are shown who all are about one place."""

Z_UP_TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])

_PAGE_PX = 900


def draw_lifted(clip: Clip, found: Found, folder: Path, title: str, *, spread: bool) -> None:
    """Write preview.mp4 and contact_sheet.png into `folder`.

    Args:
        spread: everybody is about one place of a world with z up; show them beside each other.
    """
    world = beside_each_other(found.joints_world) if spread else found.joints_world
    onlooker = Onlooker.of(world, ahead=None if spread else _ahead(found))
    moments = sheet_moments(len(found.times_s))
    tiles: list[tuple[str, Array]] = []
    writer: VideoWriter | None = None
    progress = Progress("drawing", len(found.times_s))
    try:
        for t, (t_ns, bgr) in zip(range(len(found.times_s)), clip.images(), strict=False):
            words = f"{title}   {t_ns / 1e9:5.2f} s"
            picture = side_by_side(bgr, found, t, onlooker, world[t], words)
            if writer is None:
                height, width = picture.shape[:2]
                writer = VideoWriter(folder / "preview.mp4", width, height, clip.fps)
            writer.write(picture, t_ns / 1e9)
            if t in moments:
                tiles.append((f"{t_ns / 1e9:.2f} s", picture))
            progress.update(t + 1)
    finally:
        if writer:
            writer.close()
    progress.finish()
    subtitle = f"{len(found.ids)} people, {len(found.times_s)} images"
    page = _everybody(found, world, onlooker)
    write_png(folder / "contact_sheet.png", contact_sheet(tiles, page, title, subtitle))


def side_by_side(
    bgr: Array, found: Found, t: int, onlooker: Onlooker, joints: Array, words: str
) -> Array:
    """The image with its keypoints, and beside it the people; even width and height."""
    scale = shown_scale(bgr.shape[1], bgr.shape[0])
    image = resized(bgr, scale)
    draw_keypoints(image, found.ids, found.keypoints_px[t], scale)
    height, width = (side // 2 * 2 for side in image.shape[:2])
    beside = max(height, min(width, round(height * 1.2))) // 2 * 2
    figures = draw_figures((beside, height), onlooker, found.ids, joints, words)
    return np.hstack([image[:height, :width], figures])


def beside_each_other(joints: Array) -> Array:
    """(T, N, 17, 3) with z up to everybody at a place of their own, y up."""
    people = joints.shape[1]
    shift = np.zeros((people, 1, 3))
    shift[:, 0, 0] = APART_M * (np.arange(people) - (people - 1) / 2)
    return joints @ Z_UP_TO_Y_UP.T + shift


def _ahead(found: Found) -> Array | None:
    """(3,) where the camera looks in the world, of the first image."""
    return found.T_world_cam[0, :3, 2] if len(found.T_world_cam) else None


def _everybody(found: Found, world: Array, onlooker: Onlooker) -> Array:
    """A square picture of each person in the middle of their time."""
    joints = np.full(world.shape[1:], np.nan)
    for person in range(len(found.ids)):
        there = np.flatnonzero(np.isfinite(world[:, person]).all((1, 2)))
        if len(there):
            joints[person] = world[there[len(there) // 2], person]
    words = "everybody, in the middle of their time; 1 m squares"
    return draw_figures((_PAGE_PX, _PAGE_PX), onlooker, found.ids, joints, words)
