"""The demo's pictures: people drawn over each image, as PNG files and as a film."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from inference.aios.jobs.bodies import Body
from inference.aios.jobs.demo import (
    THRESHOLD,
    DemoSettings,
    Shown,
    demo_images,
    export_demo,
    frame_names,
)
from inference.aios.jobs.errors import JobError
from inference.aios.jobs.looking import Outcome, Watcher
from inference.aios.jobs.numbered import write_whole
from inference.aios.jobs.people import Network
from inference.aios.jobs.sources import Picture, pictures
from livemocap.rotation import Array

from ..preview.video_writer import VideoWriter
from .overlay import overlay

IMAGES, FILM = "res_img", "overlay.mp4"


class Source(Protocol):
    """A folder or film that was found to have images."""

    fps: float
    count: int
    """Images, or about as many; 0 if nobody knows."""

    def names(self) -> list[str]:
        """What the results of the images will be called."""
        ...

    def pictures(self) -> Iterator[Picture]: ...


class FolderSource:
    """A folder's images, each as it is stored."""

    def __init__(self, folder: Path, fps: float) -> None:
        self._names = demo_images(folder)
        self.fps, self.count = fps, len(self._names)

    def names(self) -> list[str]:
        return list(self._names.values())

    def pictures(self) -> Iterator[Picture]:
        for number, picture in enumerate(pictures(self._names)):
            yield Picture(
                picture.name,
                picture.source,
                picture.bgr,
                picture.upright_width,
                number / self.fps,
            )


class FilmSource:
    """A film's images, upright, numbered from 000001."""

    def __init__(self, path: Path) -> None:
        from capture.video import VideoFile

        self._path, self._film = path, VideoFile(path)
        self.fps, self.count = self._film.fps, self._film.frame_count

    def names(self) -> list[str]:
        return frame_names(self.count)

    def pictures(self) -> Iterator[Picture]:
        for number, (t_ns, bgr) in enumerate(self._film.images(), 1):
            name = f"{number:06d}"
            yield Picture(name, f"{self._path.name} {name}", bgr, bgr.shape[1], t_ns * 1e-9)


def open_source(path: Path, fps: float) -> Source:
    """A folder of images or a film.

    Raises:
        JobError, CaptureError: it is neither, or empty.
    """
    return FolderSource(path, fps) if path.is_dir() else FilmSource(path)


@dataclass(slots=True)
class _Film:
    """The overlay as a film, begun with its first image; later ones of other sizes are fitted."""

    path: Path
    fps: float
    stack: ExitStack
    writer: VideoWriter | None = None
    size: tuple[int, int] = (0, 0)

    def add(self, bgr: Array, t_s: float) -> None:
        if self.writer is None:
            self.size = bgr.shape[1] // 2 * 2, bgr.shape[0] // 2 * 2
            writer = VideoWriter(self.path, *self.size, self.fps)
            self.writer = self.stack.enter_context(writer)
        self.writer.write(fitted(bgr, *self.size), t_s)


def draw_film(
    source: Source,
    network: Network,
    body: Body,
    out: Path,
    args: argparse.Namespace,
    watcher: Watcher,
) -> Outcome:
    """Run the demo and draw what it sees.

    Raises:
        JobError: an earlier run left results here, and they may not be overwritten.
    """
    settings = DemoSettings(
        out=out,
        threshold=THRESHOLD if args.threshold is None else args.threshold,
        people=args.num_person,
        meshes=args.meshes,
        batch=args.batch,
        overwrite=args.overwrite,
    )
    outcome, names = Outcome(), source.names()
    _prepare(out, names, args)
    partial = out / f"{FILM}.part"
    try:
        with ExitStack() as stack:
            film = _Film(partial, source.fps, stack) if args.video else None
            for shown in export_demo(
                source.pictures(), names, network, body, settings, outcome, watcher
            ):
                if args.images or film:
                    _draw(shown, body, out if args.images else None, film)
        if film and film.writer:
            partial.replace(out / FILM)
    finally:
        partial.unlink(missing_ok=True)
    return outcome


def _prepare(out: Path, names: list[str], args: argparse.Namespace) -> None:
    """Refuse to overwrite, or take away what an earlier run drew of these images."""
    old = [out / IMAGES / f"{name}.png" for name in names] if args.images else []
    old += [out / FILM] if args.video else []
    old = [path for path in old if path.exists()]
    if old and not args.overwrite:
        raise JobError(
            f"{out}: has results of an earlier run, such as {old[0].relative_to(out)}. "
            "`--overwrite` replaces them; `--out` writes elsewhere."
        )
    for path in old:
        path.unlink()
    try:
        (out / IMAGES if args.images else out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(f"{out}: cannot be made ({error.strerror}).") from None


def _draw(shown: Shown, body: Body, out: Path | None, film: _Film | None) -> None:
    drawn = overlay(shown, body.faces)
    if out:
        png = cv2.imencode(".png", drawn, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
        write_whole(out / IMAGES / f"{shown.picture.name}.png", png)
    if film:
        film.add(drawn, shown.picture.t_s)


def fitted(bgr: Array, width: int, height: int) -> Array:
    """The image in the middle of a black one of the given size, as large as it fits."""
    h, w = bgr.shape[:2]
    if (w // 2 * 2, h // 2 * 2) == (width, height):
        return bgr
    scale = min(width / w, height / h)
    small = cv2.resize(bgr, (max(1, round(w * scale)), max(1, round(h * scale))))
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas
