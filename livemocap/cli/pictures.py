"""Pictures of a take: preview video, contact sheet and latency plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array

from .clip import Clip
from .preview.composition import Composer
from .preview.latency_plot import plot_latency
from .preview.sheet import contact_sheet, sheet_moments
from .preview.topview import Trails, draw_top_view, floor_of
from .preview.video_writer import VideoWriter
from .progress import Progress

if TYPE_CHECKING:
    from inference.body_model import BodyModel

_SHEET_FLOOR_PX = 900


def draw_pictures(
    clip: Clip,
    frames: Sequence[TrackFrame],
    body: BodyModel | None,
    folder: Path,
    title: str,
) -> None:
    """Write preview.mp4, contact_sheet.png and latency.png into `folder`."""
    floor = floor_of(frames)
    by_sequence = {frame.sequence: frame for frame in frames}
    moments = sheet_moments(max(by_sequence, default=-1) + 1)
    composer = Composer(body, floor)
    tiles: list[tuple[str, Array]] = []
    writer: VideoWriter | None = None
    progress = Progress("drawing", len(frames))
    try:
        for number, (t_ns, bgr) in enumerate(clip.images()):
            frame = by_sequence.get(number)
            picture = composer.compose(bgr, frame, f"{title}   {t_ns / 1e9:5.2f} s")
            if writer is None:
                height, width = picture.shape[:2]
                writer = VideoWriter(folder / "preview.mp4", width, height, clip.fps)
            writer.write(picture, t_ns / 1e9)
            if number in moments:
                tiles.append((f"{t_ns / 1e9:.2f} s", composer.overlay(bgr, frame)))
            progress.update(number + 1)
    finally:
        if writer:
            writer.close()
    progress.finish()
    _write_sheet(folder / "contact_sheet.png", tiles, frames, title)
    if frames:
        plot_latency(frames, folder / "latency.png", f"{title}: time in each stage")


def _write_sheet(
    path: Path,
    tiles: list[tuple[str, Array]],
    frames: Sequence[TrackFrame],
    title: str,
) -> None:
    trails = Trails(seconds=3600)
    for frame in frames:
        trails.add(frame)
    floor = floor_of(frames, with_camera=False)
    view = draw_top_view(_SHEET_FLOOR_PX, floor, frames[-1] if frames else None, trails)
    people = {
        int(track_id)
        for frame in frames
        for track_id, state in zip(frame.track_ids, frame.states, strict=True)
        if state != TRACK_TENTATIVE
    }
    subtitle = f"{len(people)} people, {len(frames)} frames"
    if len(frames) > 1:
        subtitle += f", {(frames[-1].t_capture_ns - frames[0].t_capture_ns) / 1e9:.1f} s"
    write_png(path, contact_sheet(tiles, view, title, subtitle))


def write_png(path: Path, bgr: Array) -> None:
    """Write a PNG; any path, also on Windows."""
    import cv2

    _, encoded = cv2.imencode(".png", bgr)
    path.write_bytes(encoded.tobytes())
