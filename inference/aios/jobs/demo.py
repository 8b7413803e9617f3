"""The demo: a mesh for each person of each image of a film or folder, and whoever draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.messages import Float32

from .bodies import Body
from .looking import Outcome, Watcher, look
from .meshes import ObjWriter
from .numbered import NumberedFiles
from .people import Network, People
from .sources import Picture, images_in, unique_names

MESH_FOLDER = "mesh"
THRESHOLD = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What is exported."""

    out: Path
    threshold: float = THRESHOLD
    people: int = 0
    """At most so many of an image, the best ones; 0: everybody above the threshold."""
    meshes: bool = True
    batch: int = 1
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One image and the people exported of it, in the order of their numbers."""

    picture: Picture
    people: People
    vertices: Float32
    """(P, V, 3) m, camera coordinates at focal length 5000 px of the resized image."""


def demo_images(folder: Path) -> dict[Path, str]:
    """The images of a folder, each one's results called as its file.

    Raises:
        JobError: none, or two of the same name (a.jpg and a.png).
    """
    return unique_names((path, path.stem) for path in images_in(folder))


def frame_names(count: int) -> list[str]:
    """000001, 000002 ... for the images of a film."""
    return [f"{number:06d}" for number in range(1, count + 1)]


def export_demo(
    pictures: Iterable[Picture],
    names: Iterable[str],
    network: Network,
    body: Body,
    settings: DemoSettings,
    outcome: Outcome,
    watcher: Watcher | None = None,
) -> Iterator[Shown]:
    """Write meshes as the images come, and hand each image on for drawing.

    Args:
        names: of all pictures that will come, as far as they are known.
        outcome: counts what was done.

    Raises:
        JobError: an earlier run left meshes of these images, and they may not be overwritten.
    """
    files = NumberedFiles(settings.out / MESH_FOLDER, ".obj") if settings.meshes else None
    if files and not settings.overwrite:
        files.refuse_existing(names)
    obj = ObjWriter(body.faces)
    for picture, people in look(
        pictures,
        network,
        threshold=settings.threshold,
        batch=settings.batch,
        outcome=outcome,
        watcher=watcher or Watcher(),
    ):
        if people is None:
            if files:
                files.replace(picture.name, [])
            continue
        exported = people.chosen(slice(settings.people or None))
        vertices = placed(exported, body)
        outcome.people += len(exported)
        if files:
            files.replace(picture.name, [obj.content(one) for one in vertices])
        yield Shown(picture, exported, vertices)


def placed(people: People, body: Body) -> Float32:
    """(P, V, 3) m where they stand before the camera."""
    if not len(people):
        return np.zeros((0, 0, 3), np.float32)
    return body.vertices(people) + people.transl[:, None]
