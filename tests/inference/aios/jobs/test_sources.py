"""Which images a job looks at, and what is known of each."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from aios_job_people import turned_jpeg

from inference.aios.jobs.errors import JobError
from inference.aios.jobs.sources import images_in, pictures, read_image, unique_names

IMAGE = np.zeros((40, 60, 3), np.uint8)
IMAGE[:, :30] = (255, 128, 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("orientation", "width"), [(1, 60), (3, 60), (6, 40), (8, 40)])
def test_an_image_is_read_as_stored_with_the_width_of_the_turned_one(
    tmp_path: Path, order: str, orientation: int, width: int
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(turned_jpeg(IMAGE, orientation, order))
    bgr, upright_width = read_image(path)
    assert bgr is not None
    assert (bgr.shape, upright_width) == ((40, 60, 3), width)
    assert cv2.imread(str(path)).shape[1] == width  # an independent reader turns it


@pytest.mark.parametrize(
    "content", [b"", b"no image", cv2.imencode(".png", IMAGE)[1].tobytes()[:80]]
)
def test_what_cannot_be_decoded_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert read_image(path) == (None, 0)


def test_grey_and_transparent_images_have_three_channels(tmp_path: Path) -> None:
    for name, image in {"grey": IMAGE[..., 0], "clear": np.dstack([IMAGE, IMAGE[..., 0]])}.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
        bgr, _ = read_image(tmp_path / f"{name}.png")
        assert bgr is not None
        assert bgr.shape == (40, 60, 3)


def test_only_images_are_found_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "note.txt", "deep/c.png", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    assert [p.name for p in images_in(tmp_path)] == ["a.JPG", "b.png"]
    below = images_in(tmp_path, (".png",), below=True)
    assert [p.relative_to(tmp_path).as_posix() for p in below] == ["b.png", "deep/c.png"]


def test_a_folder_without_images_or_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="no images in it"):
        images_in(tmp_path)
    with pytest.raises(JobError, match="No such file"):
        images_in(tmp_path / "missing")


def test_two_images_with_results_of_the_same_name_are_refused() -> None:
    with pytest.raises(JobError, match=r"a\.jpg and a\.png.*'a'"):
        unique_names((Path(name), Path(name).stem) for name in ("a.jpg", "b.jpg", "a.png"))


def test_pictures_are_read_one_by_one_with_the_unreadable_among_them(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "good.png"), IMAGE)
    (tmp_path / "bad.png").write_bytes(b"?")
    names = unique_names((path, path.stem) for path in images_in(tmp_path))
    found = list(pictures(names))
    assert [(p.name, p.bgr is None) for p in found] == [("bad", True), ("good", False)]
